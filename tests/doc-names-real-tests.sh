#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: each test that the documentation appeals to exists, so that a reader
# who doubts a promise finds what shows it.
#
# To see it fail: rename a test that doc/libvgetrandom.7 names.

: "${srcdir:=.}"

status=0
exists() {
	for there in "$srcdir/tests/$1" "$srcdir/tests/$1.c" "$srcdir/tests/$1.sh"; do
		[ -e "$there" ] && return
	done
	echo "$2 names the test $1, which is not there"
	status=1
}

page=$srcdir/doc/libvgetrandom.7
for test in $(awk '/^Shown by/ { on = 1; next } !/^\.Pa/ { on = 0 }
		 on { print $2 }' "$page"); do
	exists "${test#tests/}" "$(basename "$page")"
done

# In Markdown a test is a name in backticks that begins like our tests do.
kinds='api|bench|chacha20|command|doc|example|fork|generation|generator|integration|memory|opaque|pool|preload|programs|sandbox|signal|stack|stream|thread|tree'
for page in "$srcdir"/*.md "$srcdir"/doc/*.md; do
	[ -f "$page" ] || continue
	for test in $(grep -oE "\`(tests/)?($kinds)-[a-z0-9-]+\`" "$page" |
		      tr -d '`' | sort -u); do
		case $test in chacha20-sse2|chacha20-avx*|chacha20-neon*) continue ;; esac
		exists "${test#tests/}" "$(basename "$page")"
	done
done
exit $status
