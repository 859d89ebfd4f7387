#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: each known bug of tools/mutants can still be planted, names what
# catches it, and that is there.
#
# To see it fail: change a line that a patch there takes away.

srcdir=${srcdir:-.}
command -v patch >/dev/null || { echo "SKIP: no patch(1) here"; exit 77; }

failed=0 count=0
for mutant in "$srcdir"/tools/mutants/*.patch; do
	count=$((count + 1))
	patch --dry-run -s -f -p1 -d "$srcdir" <"$mutant" ||
		{ echo "$mutant: does not apply any more"; failed=1; }
	names=$(sed -n 's/^Test: \([^ ]*\).*/\1/p
			s|^Shown: \(.*\)|tests/litmus/\1.litmus|p' "$mutant")
	[ "$names" ] || { echo "$mutant: names no test"; failed=1; }
	for name in $names; do
		[ -f "$srcdir/$name" ] || [ -f "$srcdir/$name.c" ] ||
			{ echo "$mutant: there is no $name"; failed=1; }
	done
done
echo "$count mutants"
[ $count -ge 20 ] || { echo "too few to be all of them"; exit 99; }
exit $failed
