#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: "vgetrandom run" starts the program as env(1) would, the drop-in first
# in an LD_PRELOAD that keeps what it held; --check reports from inside the
# program and leaves nothing behind in it; a program that LD_PRELOAD cannot
# reach gets a line that says so, and runs.
#
# To see it fail: have set_preload forget what was there; or drop one of the
# reasons in inspect.c; or unsetenv, or close, in preload/check.c.

. "${srcdir:-.}/tests/check-command.sh"
skip_if_sanitized
skip_if_foreign

drop_in=$builddir/.libs/libvgetrandom-preload.so

# ---- The program is the same process, with its arguments and status ---------------

try "$vgetrandom" run -- sh -c 'printf "%s\n" "$@"; exit 42' 0 --check -- 'a b' ''
status_is 42
out_is "--check
--
a b"
[ ! -s "$scratch/err" ] || fail "no word of its own"
try sh -c 'echo $$; exec "$0" run --check sh -c "echo \$\$"' "$vgetrandom"
[ "$(sort -u "$scratch/out" | wc -l)" -eq 1 ] || fail "one process: $(cat "$scratch/out")"
try "$vgetrandom" run sh -c 'kill -TERM $$'
status_is 143

# ---- LD_PRELOAD --------------------------------------------------------------------

preload_is() {
	wanted=$1
	shift
	try "$@" sh -c 'echo "$LD_PRELOAD"'
	out_is "$wanted"
}
# Any library will do, if it does not mind.
other=$(ldd "$vgetrandom" | sed -n 's/.*=> *\(.*libc\.so[^ ]*\) .*/\1/p')
[ -n "$other" ] || other=$drop_in.not-there
preload_is "$drop_in" "$vgetrandom" run
preload_is "$drop_in:$other" env LD_PRELOAD="$other" "$vgetrandom" run
preload_is "$other:$drop_in" env LD_PRELOAD="$other" "$vgetrandom" run --last
preload_is "$other $drop_in" env LD_PRELOAD="$other $drop_in" "$vgetrandom" run
preload_is "$drop_in" "$vgetrandom" run "$vgetrandom" run

# ---- --check -----------------------------------------------------------------------

try "$vgetrandom" run --check -- sh -c 'echo first >&2; env; echo; ls -l /proc/self/fd; cat /proc/$$/task/$$/children 2>/dev/null'
status_is 0
head -n 1 "$scratch/err" | grep -qE 'sh \(process [0-9]+\): (active|loaded)' || fail "the answer comes first: $(cat "$scratch/err")"
[ "$(tail -n 1 "$scratch/err")" = first ] || fail "then the program"
grep VGETRANDOM_CHECK "$scratch/out" && fail "no variable left behind"
grep socket: "$scratch/out" && fail "no socket left behind"
case $(uname -m) in
x86_64) grep 'not through' "$scratch/err" && fail "every entry leads to the drop-in" ;;
esac
try env VGETRANDOM_DISABLE=1 "$vgetrandom" run --check true
err_has 'system calls only: VGETRANDOM_DISABLE is set'
try env VGETRANDOM_MEMORY=none "$vgetrandom" run --check true
err_has 'system calls only: VGETRANDOM_MEMORY=none'
case $(uname -m) in
x86_64)
	try env VGETRANDOM_SYSCALL=0 "$vgetrandom" run --check true
	err_has 'not through the drop-in: syscall$'
	;;
esac
# Only who is asked answers: not what it starts.
try "$vgetrandom" run --check -- env true
[ "$(grep -c process "$scratch/err")" -eq 1 ] || fail "one answer"
try "$vgetrandom" run --check -- "$scratch/nothing"
status_is 127
[ "$(wc -l <"$scratch/err")" -eq 1 ] || fail "no answer for what did not start"

# ---- Out of reach ------------------------------------------------------------------

printf 'int main(void) { return 5; }\n' >"$scratch/five.c"
if $CC -static "$scratch/five.c" -o "$scratch/static" 2>/dev/null; then
	for check in '' --check; do
		try "$vgetrandom" run $check "$scratch/static"
		status_is 5
		err_has "$scratch/static is statically linked"
		[ "$(wc -l <"$scratch/err")" -eq 1 ] || fail "one line"
	done
	printf '#!%s -x\n' "$scratch/static" >"$scratch/script"
	printf '#!/usr/bin/env static\n' >"$scratch/by-env"
	chmod +x "$scratch/script" "$scratch/by-env"
	for script in script by-env; do
		try env PATH="$scratch:$PATH" "$vgetrandom" run $script
		status_is 5
		err_has "$scratch/static is statically linked"
	done
	# What it starts is in reach.
	try "$vgetrandom" run sh -c "$scratch/static; echo \$LD_PRELOAD"
	out_is "$drop_in"
else
	echo "no static libc: static programs not tested"
fi

# Another machine's program: e_machine, the 19th byte, made EM_SPARCV9.
cp "$vgetrandom" "$scratch/foreign"
printf '\053' | dd of="$scratch/foreign" bs=1 seek=18 conv=notrunc 2>/dev/null
try "$vgetrandom" run "$scratch/foreign"
err_has "$scratch/foreign is for another kind of machine"

if [ "$(id -u)" = 0 ] && have setpriv && cp "$(command -v id)" "$scratch/id" &&
   chmod 755 "$scratch" && setpriv --reuid=65534 --regid=65534 --clear-groups "$vgetrandom" --version >/dev/null 2>&1; then
	as_nobody() { try setpriv --reuid=65534 --regid=65534 --clear-groups "$vgetrandom" run --check "$scratch/id" -u; }
	as_nobody
	out_is 65534
	err_has '(process [0-9]*): '
	chmod 4755 "$scratch/id"
	as_nobody
	if [ "$(cat "$scratch/out")" = 0 ]; then
		err_has "$scratch/id is set-user-ID"
		chmod 2755 "$scratch/id"
		as_nobody
		err_has "$scratch/id is set-group-ID"
	else
		echo "set-user-ID has no effect in $scratch: not tested"
	fi
	chmod 755 "$scratch/id"
	if have setcap && setcap cap_net_raw+ep "$scratch/id" 2>/dev/null; then
		as_nobody
		err_has "$scratch/id has file capabilities"
	else
		echo "no setcap: file capabilities not tested"
	fi
	# Its owner gains nothing by it.
	chmod 4755 "$scratch/id"
	try "$vgetrandom" run "$scratch/id" -u
	[ ! -s "$scratch/err" ] || fail "root's own program: no word"
else
	echo "not root, or others cannot read $builddir: privileges not tested"
fi

if have musl-gcc && musl-gcc "$scratch/five.c" -o "$scratch/musl" 2>/dev/null && "$scratch/musl"; [ $? = 5 ]; then
	try "$vgetrandom" run --check "$scratch/musl"
	status_is 5
	# One of the two is what the drop-in is for.
	grep -qE "$scratch/musl( is for another libc|.*: active|.*: loaded)" "$scratch/err" || fail "musl: $(cat "$scratch/err")"
fi

# LD_PRELOAD has no way to write these.
mkdir -p "$scratch/a b/.libs"
cp "$vgetrandom" "$scratch/a b/" && cp "$drop_in" "$scratch/a b/.libs/" || exit 99
try "$scratch/a b/vgetrandom" run true
status_is 125
err_has 'a b/.libs/libvgetrandom-preload.so.: it holds a space'

# ---- What cannot be started ----------------------------------------------------------

try "$vgetrandom" run "$scratch/nothing"
status_is 127
err_has 'nothing: No such file or directory'
try "$vgetrandom" run nothing-of-that-name
status_is 127
try "$vgetrandom" run "$scratch"
status_is 126
: >"$scratch/not-executable"
try "$vgetrandom" run "$scratch/not-executable"
status_is 126
err_has 'not-executable: Permission denied'
refuses 'PROGRAM' run
refuses 'PROGRAM' run --check
refuses "'--chek'" run --chek true
refuses "'--check=1'" run --check=1 true
refuses "'-x'" run -x true
try "$vgetrandom" run --help
status_is 0

refuses "'frobnicate'" frobnicate
refuses "'--frobnicate'" --frobnicate
refuses 'subcommand is missing'
try "$vgetrandom" --version
grep -qxE 'vgetrandom [0-9]+\.[0-9]+\.[0-9]+' "$scratch/out" || fail "version"
try "$vgetrandom" --help
status_is 0
for name in run status bytes; do
	grep -q "^  $name " "$scratch/out" || fail "$name in the help"
done
exit 0
