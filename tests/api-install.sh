#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: after "make install" a program finds the library by pkg-config and
# links with it, shared and static, with nothing of the source tree; "make
# uninstall" leaves no file behind.
#
# To see it fail: leave Libs.private out of libvgetrandom.pc.in (seen where libc
# keeps threads in a library of their own), or the header out of Makefile.am.

builddir=${builddir:-.}
CC="${CC:-cc} ${CFLAGS-}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

command -v pkg-config >/dev/null || { echo "SKIP: no pkg-config"; exit 77; }

fail() {
	echo "$*"
	exit 1
}

(cd "$builddir" && ${MAKE:-make} install DESTDIR="$work/root") \
	>"$work/said" 2>&1 || { tail "$work/said"; fail "make install"; }

pc=$(find "$work/root" -name libvgetrandom.pc)
[ -n "$pc" ] || fail "no libvgetrandom.pc was installed"
PKG_CONFIG_LIBDIR=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$work/root
PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH

cat >"$work/program.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <vgetrandom.h>

int main(void)
{
	unsigned char buf[16];

	if (strcmp(vgetrandom_version(), VGETRANDOM_VERSION_STRING))
		return 1;
	vgetrandom_buf(buf, sizeof(buf));
	return vgetrandom(buf, sizeof(buf), 0) != sizeof(buf);
}
END

[ "$(pkg-config --modversion libvgetrandom)" = \
  "$(sed -n 's/#define VGETRANDOM_VERSION_STRING "\(.*\)"/\1/p' \
	"${srcdir:-.}/include/vgetrandom.h")" ] ||
	fail "pkg-config and the header name different versions"

cflags=$(pkg-config --cflags libvgetrandom)
libs=$(pkg-config --libs libvgetrandom)
static_libs=$(pkg-config --static --libs libvgetrandom)
libdir=$(dirname "$PKG_CONFIG_LIBDIR")

cd "$work" || exit 99
# shellcheck disable=SC2086
$CC $cflags program.c -o shared $libs || fail "shared: does not link"
LD_LIBRARY_PATH=$libdir ./shared || fail "shared: does not run"

# shellcheck disable=SC2086
if echo 'int main(void) { return 0; }' >empty.c &&
   $CC -static empty.c -o empty 2>/dev/null; then
	$CC $cflags -static program.c -o static $static_libs ||
		fail "static: does not link"
	./static || fail "static: does not run"
else
	echo "no static libc here: only the shared library was tried"
fi

# shellcheck disable=SC2164
(cd "$OLDPWD" && cd "$builddir" &&
 ${MAKE:-make} uninstall DESTDIR="$work/root") >"$work/said" 2>&1 ||
	{ tail "$work/said"; fail "make uninstall"; }
left=$(find "$work/root" ! -type d)
[ -z "$left" ] || fail "left behind: $left"
