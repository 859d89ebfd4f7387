# SPDX-License-Identifier: MIT
#
# check-command.sh - what the scripts that test the command share; read by
# them.  Gives them $vgetrandom, a folder $scratch that is removed in the end,
# and says which tier they run on.

builddir=$(cd "${builddir:-.}" && pwd)
vgetrandom=$builddir/vgetrandom
[ -x "$vgetrandom" ] || { echo "no $vgetrandom"; exit 99; }

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

# A setting that the tester has is not what is tested.
unset LD_PRELOAD VGETRANDOM_SYSCALL VGETRANDOM_VERBOSE

fail() { echo "not true: $*"; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }
have() { command -v "$1" >/dev/null 2>&1; }

# A drop-in that wants a sanitizer's library is of no use to other programs.
is_sanitized() {
	nm -D --undefined-only "$builddir/.libs/libvgetrandom-preload.so" 2>/dev/null |
		grep -qE '__(asan|ubsan|tsan|msan|hwasan)_'
}
skip_if_sanitized() {
	! is_sanitized || skip "the drop-in is built with a sanitizer, whose library other programs lack"
}

# Built for another machine or libc, the drop-in does not fit into this one's
# shell.
is_foreign() {
	"$vgetrandom" run true 2>&1 | grep -qE 'is for another (kind of machine|libc)'
}
skip_if_foreign() {
	! is_foreign ||
		skip "the drop-in is for another kind of machine, or libc, than the shell"
}

# Leaves $status, $scratch/out and $scratch/err behind.
try() {
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
}

out_is() { [ "$(cat "$scratch/out")" = "$1" ] || fail "out is '$1': '$(cat "$scratch/out")'"; }
err_has() { grep -q -e "$1" "$scratch/err" || fail "err has '$1': '$(cat "$scratch/err")'"; }
status_is() { [ "$status" = "$1" ] || fail "status is $1: $status, '$(cat "$scratch/err")'"; }

# A wrong argument: status 2, one line that names it, nothing written.
refuses() {
	name=$1
	shift
	try "$vgetrandom" "$@"
	status_is 2
	[ "$(wc -l <"$scratch/err")" = 1 ] || fail "one line for '$*': $(cat "$scratch/err")"
	err_has "$name"
	[ ! -s "$scratch/out" ] || fail "nothing written for '$*'"
}

"$vgetrandom" status | sed -n 's/^memory *\(tier .*\)/\1/p'
