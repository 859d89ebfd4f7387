#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: the drop-in shows libc's six names, without versions, and nothing else;
# it can't be unloaded, is bound at start, holds one pointer of thread-local
# storage, never calls malloc, and dlsym only in its constructor.
#
# To see it fail: widen -export-symbols-regex, or drop -z nodelete, in
# Makefile.am.

library=$builddir/.libs/libvgetrandom-preload.so
fail() { echo "$*"; exit 1; }
for tool in nm readelf objdump; do
	command -v $tool >/dev/null || { echo "SKIP: no $tool"; exit 77; }
done
[ -f "$library" ] || { echo "no $library"; exit 99; }

wanted='arc4random arc4random_buf arc4random_uniform getentropy getrandom'
# Where arch/ has a stand-in for it.
case $(readelf -hW "$library") in
*X86-64*|*AArch64*) wanted="$wanted syscall" ;;
esac

seen=$(nm -D --defined-only "$library" | awk '{ print $NF }' | LC_ALL=C sort | xargs)
echo "exported: $seen"
[ "$seen" = "$wanted" ] || fail "wanted:   $wanted"

unwanted='(m|c|re)alloc|free|posix_memalign|dlopen|v?f?printf'
case $wanted in *syscall) unwanted="$unwanted|syscall" ;; esac
nm -D --undefined-only "$library" | awk '{ print $NF }' | sed 's/@.*//' |
	grep -xE "$unwanted" && fail 'called: must not be'

objdump -d --no-show-raw-insn "$library" | awk '
/^[0-9a-f]+ <.*>:$/ { name = $2 }
/<dlsym@/ && name !~ /^<(start|leave_refusals|dlsym@)/ {
	print "dlsym is called by " name
	bad = 1
}
END { exit bad }' || exit 1

flags=$(readelf -dW "$library")
for flag in NOW NODELETE; do
	echo "$flags" | grep -q "FLAGS_1.*$flag" || fail "no -z $flag"
done
readelf -lW "$library" | grep -q GNU_RELRO || fail 'no -z relro'
echo "$flags" | grep -q TEXTREL && fail 'text relocations'
readelf -lW "$library" | grep -q 'GNU_STACK.* RWE' && fail 'executable stack'

tls=$(readelf -lW "$library" | awk '$1 == "TLS" { print $6 }')
echo "thread-local storage: $((tls)) bytes"
[ $((tls)) -le 8 ] || fail 'more than a pointer'
