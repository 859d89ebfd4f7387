#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: no file includes one above it, and none in src/ asks for the machine:
# tools/check-layers holds, and an include that breaks its table, a file the
# table does not know or an #if on a machine is noticed.
#
# To see it fail: include "thread.h" in generator.c, or #ifdef __aarch64__ there.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

"$srcdir/tools/check-layers" "$srcdir" || exit 1

plant() {	# FILE LINE
	rm -rf "$work/tree"
	mkdir "$work/tree"
	for folder in include src arch preload command; do
		cp -R "$srcdir/$folder" "$work/tree" || exit 99
	done
	chmod -R u+w "$work/tree"
	echo "$2" >>"$work/tree/$1"
	if "$srcdir/tools/check-layers" "$work/tree" >"$work/said"; then
		echo "not noticed: $2 in $1"
		exit 1
	fi
	grep -q "^$1:" "$work/said" || { cat "$work/said"; exit 1; }
}

plant src/vgetrandom/generator.c '#include "thread.h"'
plant src/vgetrandom/generator.h '#include "vgetrandom.h"'
plant src/alloc/pages.c '#include "generation.h"'
plant src/chacha20/portable.c '#include "state.h"'
plant arch/generic/impls.c '#include "chacha20.h"'
plant arch/generic/copy.h '#include "kernel-word.h"'
plant src/vgetrandom/entropy.c '#include "generator.h"'
plant preload/getrandom.c '#include "thread.h"'
plant src/vgetrandom/utils.c '#include "base.h"'
plant src/vgetrandom/thread.c '#ifdef __aarch64__'
plant src/alloc/pages.c '# if defined(__i386__)'
plant src/chacha20/portable.c '#elif __BYTE_ORDER__ == 1'
