#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: every manual page is correct mdoc(7), without a warning, and refers to
# no page of ours that is not there.
#
# To see it fail: misspell a macro, or an .Xr, in doc/vgetrandom.3.

: "${srcdir:=.}"

command -v mandoc >/dev/null || { echo "SKIP: no mandoc here"; exit 77; }

status=0
for page in "$srcdir"/doc/*.[1-9]; do
	# Whether other projects' pages are installed here is not our fault.
	complaints=$(mandoc -Tlint "$page" 2>/dev/null |
		grep -v 'referenced manual not found')
	if [ -n "$complaints" ]; then
		echo "$complaints"
		status=1
	fi
	for referred in $(sed -n 's/^\.Xr \([a-z]*vgetrandom[^ ]*\) \([1-9]\).*/\1.\2/p' "$page"); do
		[ -f "$srcdir/doc/$referred" ] && continue
		grep -q "^[[:space:]]*$referred\\b" "$srcdir/Makefile.am" && continue
		echo "$page refers to $referred, which is not there"
		status=1
	done
done
exit $status
