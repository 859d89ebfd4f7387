#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the header compiles alone and twice over, without a warning, as C99,
# C11, C17 and C++11 to C++20, by each compiler that is here; a C++ program that
# uses all of it links.
#
# To see it fail: use bool in the header without including stdbool.h.

srcdir=${srcdir:-.}
builddir=${builddir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
status=0
ncompiled=0

cat >"$work/twice.c" <<'END'
#include "vgetrandom.h"
#include "vgetrandom.h"
int nothing(void);
int nothing(void)
{
	return VGETRANDOM_VERSION_MAJOR;
}
END

cat >"$work/uses.cc" <<'END'
#include "vgetrandom.h"

int main()
{
	unsigned char buf[16];
	struct vgetrandom_opaque_params params;
	struct vgetrandom_info info = {};

	info.size = sizeof(info);
	if (vgetrandom(buf, sizeof(buf), 0) != sizeof(buf) ||
	    vgetrandom_info(&info) || !vgetrandom_version())
		return 1;
	vgetrandom_buf(buf, sizeof(buf));
	vgetrandom_opaque(nullptr, 0, 0, &params, ~0ul);
	vgetrandom_prepare();
	vgetrandom_quiesce();
	vgetrandom_reseed();
	return vgetrandom_u32() % 1 + vgetrandom_u64() % 1 +
	       vgetrandom_uniform32(1) + vgetrandom_uniform64(1);
}
END

compile() {
	if ! "$@" -pedantic -Wall -Wextra -Wundef -Werror \
	     -I"$srcdir/include" >"$work/said" 2>&1; then
		echo "$*"
		cat "$work/said"
		status=1
	fi
	ncompiled=$((ncompiled + 1))
}

knows() {
	echo 'int nothing;' >"$work/empty.c"
	$1 -std="$2" -x "$3" -fsyntax-only "$work/empty.c" 2>"$work/said"
}

tried=' '
for compiler in "${CC:-cc}" gcc clang; do
	case $tried in *" $compiler "*) continue ;; esac
	tried="$tried$compiler "
	# shellcheck disable=SC2086
	set -- $compiler
	command -v "$1" >/dev/null || continue
	for std in c99 c11 c17 gnu11; do
		knows "$compiler" $std c || continue
		# shellcheck disable=SC2086
		compile $compiler -std=$std -Wstrict-prototypes \
			-fsyntax-only "$work/twice.c"
	done
	for std in c++11 c++17 c++20; do
		knows "$compiler" $std c++ || continue
		# shellcheck disable=SC2086
		compile $compiler -std=$std -x c++ -fsyntax-only "$work/twice.c"
	done
done

shared=$builddir/.libs/libvgetrandom.so
if command -v c++ >/dev/null && [ -e "$shared" ] &&
   ! grep -q '__asan_init' "$shared"; then
	compile c++ -std=c++11 "$work/uses.cc" -o "$work/uses" "$shared"
	LD_LIBRARY_PATH=$builddir/.libs "$work/uses" ||
		{ echo "the C++ program fails"; status=1; }
fi

echo "$ncompiled compilations"
[ $ncompiled -gt 0 ] || exit 99
exit $status
