#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the snapshot example draws in user space, by system calls between
# "before-snapshot" and "resumed", and in user space again; no two draws are
# the same.
#
# To see it fail: leave vgetrandom_quiesce() out of snapshot-resume.c.

: "${builddir:=.}"

output=$(printf '%s\n' draw before-snapshot draw draw resumed draw |
	VGETRANDOM_VERBOSE=1 "$builddir/examples/snapshot-resume" 2>&1) || exit 1
echo "$output"
case $output in
*"system calls only"*) echo "SKIP: nothing is served in user space here"; exit 77 ;;
esac

# Each draw without its bytes.
story=$(echo "$output" | sed 1d | sed 's/^[0-9a-f]\{32\} //; s/:.*//')
expected='user space
quiesced
quiesced
quiesced
resumed
user space'
[ "$story" = "$expected" ] || { echo "not what was expected"; exit 1; }
ndifferent=$(echo "$output" | grep -o '^[0-9a-f]\{32\} ' | sort -u | wc -l)
[ "$ndifferent" = 4 ]
