#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the UUID example prints UUIDs of version 4, no two the same, and says
# so when its output cannot be written.
#
# To see it fail: leave out the line of uuid.c that sets the version.

: "${builddir:=.}"

uuid=$builddir/examples/uuid
VGETRANDOM_VERBOSE=1 $uuid 0 2>&1 | sed 's/^/tier: /'

form='^[0-9a-f]\{8\}-[0-9a-f]\{4\}-4[0-9a-f]\{3\}-[89ab][0-9a-f]\{3\}-[0-9a-f]\{12\}$'
$uuid 20000 >uuid-test.$$ || exit 1
trap 'rm -f uuid-test.$$' EXIT
nlines=$(grep -c "$form" uuid-test.$$)
[ "$nlines" = 20000 ] || { echo "$nlines of 20000 are version 4"; exit 1; }
ndifferent=$(sort -u uuid-test.$$ | wc -l)
[ "$ndifferent" = 20000 ] || { echo "$ndifferent of 20000 differ"; exit 1; }

$uuid -1 2>/dev/null
[ $? = 2 ] || { echo "-1 was taken for a number of UUIDs"; exit 1; }
if [ -c /dev/full ] && $uuid 2>/dev/null >/dev/full; then
	echo "a full disk went unnoticed"
	exit 1
fi
exit 0
