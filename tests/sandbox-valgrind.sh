#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: a process under valgrind, which hides the vDSO and knows only some
# instruction sets, is served, and valgrind finds nothing wrong.
#
# To see it fail: leave a byte of the buffer unwritten in vgr_copy_and_zero.

builddir=${builddir:-.}
command -v valgrind >/dev/null || { echo "SKIP: no valgrind"; exit 77; }

# What a process without a vDSO does; here it is valgrind that hides it.
program=$builddir/tests/sandbox-vdso-hidden
[ -x "$program" ] || { echo "$program has not been built"; exit 99; }
if grep -q __asan_init "$program"; then
	echo "SKIP: valgrind and a sanitizer do not go together"
	exit 77
fi
exec valgrind --quiet --error-exitcode=3 --leak-check=full \
	--errors-for-leak-kinds=definite "$program" hidden </dev/null
