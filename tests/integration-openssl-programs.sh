#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: with the configuration file that is installed, the random bytes of the
# openssl command come from us, and so do python3's and node's where these are;
# and ours are random.
#
# To see it fail: take "random = VGETRANDOM" out of openssl.cnf.in, or
# "nodejs_conf".

: "${builddir:=.}" "${CC:=cc}"

command -v openssl >/dev/null || { echo "SKIP: no openssl command"; exit 77; }
case $(openssl version) in
"OpenSSL 3"* | "OpenSSL "[4-9]*) ;;
*) echo "SKIP: the openssl command is $(openssl version)"; exit 77 ;;
esac
case $CFLAGS in
*-fsanitize*) echo "SKIP: programs without a sanitizer cannot load one"; exit 77 ;;
esac

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
built=$(cd "$builddir" && pwd)
sed "s|^module = .*|module = $built/integration/openssl/.libs/vgetrandom.so|" \
	"$builddir/integration/openssl/openssl.cnf" >"$work/openssl.cnf"
OPENSSL_CONF=$work/openssl.cnf
LD_LIBRARY_PATH=$built/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export OPENSSL_CONF LD_LIBRARY_PATH

# Who answers shows when vgetrandom() is replaced by one that gives 5a alone.
cat >"$work/mark.c" <<'END'
#include <string.h>
#include <sys/types.h>
ssize_t vgetrandom(void *buf, size_t len, unsigned int flags)
{
	(void)flags;
	memset(buf, 0x5a, len);
	return (ssize_t)len;
}
END
$CC -shared -fPIC -o "$work/mark.so" "$work/mark.c" || exit 99

expect_marked() {
	program=$1
	shift
	marked=$(LD_PRELOAD=$work/mark.so "$program" "$@") || exit 1
	[ "$marked" = 5a5a5a5a5a5a5a5a ] ||
		{ echo "$program draws elsewhere: $marked"; exit 1; }
	one=$("$program" "$@") && other=$("$program" "$@") || exit 1
	[ ${#one} = 16 ] && [ "$one" != "$other" ] ||
		{ echo "$program: $one, $other"; exit 1; }
	echo "$program: from us ($one, $other)"
}

VGETRANDOM_VERBOSE=1 openssl rand -hex 1 2>&1 | grep '^libvgetrandom' ||
	{ echo "the library was not loaded"; exit 1; }
expect_marked openssl rand -hex 8
# Other programs may have another OpenSSL than 3.
if python3 -c 'import ssl; exit(ssl.OPENSSL_VERSION_INFO[0] < 3)' 2>/dev/null; then
	expect_marked python3 -c 'import ssl; print(ssl.RAND_bytes(8).hex())'
fi
if [ "$(node -p 'process.versions.openssl >= "3"' 2>/dev/null)" = true ]; then
	expect_marked node -p 'require("crypto").randomBytes(8).toString("hex")'
fi

openssl list -random-generators | grep -q 'VGETRANDOM @ vgetrandom' || exit 1
# A whole life in one command, with the default provider beside ours.
openssl genpkey -algorithm ED25519 2>/dev/null | grep -q 'PRIVATE KEY' || exit 1
nbytes=$(openssl rand 3000000 | wc -c)
[ "$nbytes" = 3000000 ]
