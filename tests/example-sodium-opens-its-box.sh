#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the libsodium example seals and opens a box with our randomness, and
# with another nonce each time.
#
# To see it fail: leave out randombytes_set_implementation in
# sodium-secretbox.c.

: "${builddir:=.}"

VGETRANDOM_VERBOSE=1
export VGETRANDOM_VERBOSE
first=$("$builddir/examples/sodium-secretbox") || exit 1
second=$("$builddir/examples/sodium-secretbox") || exit 1
echo "$first"
echo "$second"
[ "$first" != "$second" ] || exit 1
echo "$first" | grep -q '^randomness by vgetrandom, nonce [0-9a-f]\{48\}$'
