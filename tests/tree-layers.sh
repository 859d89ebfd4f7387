#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: no file includes one above it: the table in tools/check-layers holds,
# and an include that breaks it, or a file the table does not know, is noticed.
#
# To see it fail: include "thread.h" in generator.c.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

"$srcdir/tools/check-layers" "$srcdir" || exit 1

plant() {
	rm -rf "$work/tree"
	mkdir "$work/tree"
	for folder in include src arch preload command; do
		cp -R "$srcdir/$folder" "$work/tree" || exit 99
	done
	chmod -R u+w "$work/tree"
	echo "#include \"$2\"" >>"$work/tree/$1"
	if "$srcdir/tools/check-layers" "$work/tree" >"$work/said"; then
		echo "not noticed: $2 in $1"
		exit 1
	fi
	grep -q "^$1:" "$work/said" || { cat "$work/said"; exit 1; }
}

plant src/vgetrandom/generator.c thread.h
plant src/vgetrandom/generator.h vgetrandom.h
plant src/alloc/pages.c generation.h
plant src/chacha20/portable.c state.h
plant arch/generic/impls.c chacha20.h
plant arch/generic/copy.h kernel-word.h
plant src/vgetrandom/entropy.c generator.h
plant preload/getrandom.c thread.h
plant src/vgetrandom/utils.c base.h
