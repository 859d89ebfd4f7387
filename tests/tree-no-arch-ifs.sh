#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: what depends on the machine lives in arch/ or Makefile.am: no #if under
# src/ or in the header asks for an architecture.
#
# To see it fail: write "#ifdef __aarch64__" in a file under src/.

srcdir=${srcdir:-.}
machines='__x86_64|__i[3-6]86|__amd64|__aarch64|__arm|__ARM_|__riscv|__s390|__zarch|__powerpc|__ppc|__PPC|__loongarch|__mips|__sparc|__alpha|__hppa|__m68k|__sh__|__AVX|__SSE|__LP64__|__ILP32__'

asks() {
	grep -rnE "^[ 	]*#[ 	]*(if|ifdef|ifndef|elif)[ 	(].*($machines)" "$@"
}

# That there is something to find, where it may be.
asks "$srcdir/arch" "$srcdir/tests" >/dev/null || {
	echo "nothing is found even where machines are asked for"
	exit 99
}
! asks "$srcdir/src" "$srcdir/include"
