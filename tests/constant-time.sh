#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: no branch and no address depends on the key, on the batch or on the
# bytes served, as far as valgrind's processor goes: it knows no AVX-512.
#
# To see it fail: have vgr_copy_and_zero stop at a byte that is zero.

builddir=${builddir:-.}
command -v valgrind >/dev/null || { echo "SKIP: no valgrind"; exit 77; }
program=$builddir/tests/constant-time
[ -x "$program" ] || { echo "$program has not been built"; exit 99; }
if grep -q __asan_init "$program"; then
	echo "SKIP: valgrind and a sanitizer do not go together"
	exit 77
fi
exec valgrind --quiet --error-exitcode=3 "$program" </dev/null
