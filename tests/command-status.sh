#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: "vgetrandom status" succeeds only where requests make no system calls,
# as strace counts them too; says for each thing that is not the best why not,
# names a setting it did not understand, and gives the same as JSON.  Programs
# under the drop-in are served as it says.
#
# To see it fail: have is_served in status.c return info->is_active, and
# vgr_thread_enter return NULL always.

. "${srcdir:-.}/tests/check-command.sh"

# Its own settings are the test's.
unset VGETRANDOM_DISABLE VGETRANDOM_MEMORY VGETRANDOM_GENERATION VGETRANDOM_CORE

row() { sed -n "s/^$1  *//p" "$scratch/out"; }
row_is() { row "$1" | grep -qE -- "$2" || fail "$1 is '$2': '$(row "$1")'"; }

try "$vgetrandom" status
case $status in
0) row_is 'served in user space' '^yes$'; row_is 'self-test' '^passed$' ;;
1) row_is 'served in user space' '^no$'; row_is 'why not' '..'
	row 'why not' | grep 'please report' && fail "there is a reason" ;;
*) status_is 0 ;;
esac
is_served=$status
row_is kernel "^$(uname -r)$"
row_is seccomp '^(none|filter|strict)$'
row_is drop-in "^$builddir/.libs/libvgetrandom-preload.so$"
for source in 'kernel word' vmclock clock; do
	row_is "$source" '^used$|^not used \(.+\)$'
done
for count in slots 'slots mapped' 'kernel keys' refills restarts 'system calls'; do
	row_is "$count" '^[0-9]+$'
done

if have strace && strace -o "$scratch/trace" -e trace=getrandom "$vgetrandom" status >/dev/null 2>&1 || [ -s "$scratch/trace" ]; then
	calls=$(grep -c '^getrandom' "$scratch/trace")
	echo "status: $is_served, strace counts $calls getrandom calls"
	if [ $is_served = 0 ]; then
		[ "$calls" -lt 50 ] || fail "served in user space: $calls system calls"
	else
		[ "$calls" -ge 1000 ] || fail "not served: $calls system calls"
	fi
else
	echo "no strace: its count not compared"
fi

# ---- What programs get ---------------------------------------------------------------

# The drop-in is in another process, with other libraries about it: the same words.
if [ $is_served = 0 ] && ! is_sanitized && ! is_foreign; then
	sources=
	[ "$(row 'kernel word')" != used ] || sources="$sources kernel"
	[ "$(row vmclock)" != used ] || sources="$sources vmclock"
	[ "$(row clock)" != used ] || sources="$sources clock"
	how="memory $(row memory | sed 's/tier [12]: \([a-z]*\).*/\1/'), generation$sources, core $(row core)"
	for program in true sh /usr/bin/python3; do
		have $program || continue
		"$vgetrandom" run --check $program -c : 2>"$scratch/err" </dev/null
		err_has "active: $how"
	done
fi

# ---- Where it cannot serve, it says so ----------------------------------------------

not_served() {
	why=$1
	shift
	try env "$@" "$vgetrandom" status
	status_is 1
	row_is 'served in user space' '^no$'
	row_is 'why not' "$why"
	[ "$(row 'system calls')" -ge 1000 ] || fail "$*: each request is a system call"
}
not_served 'VGETRANDOM_DISABLE is set' VGETRANDOM_DISABLE=1
not_served 'VGETRANDOM_MEMORY=none' VGETRANDOM_MEMORY=none
row_is memory 'tier 3: none'

try env VGETRANDOM_CORE=nonsense "$vgetrandom" status
row_is 'ignored setting' '^VGETRANDOM_CORE$'
try env VGETRANDOM_SYSCALL=maybe "$vgetrandom" status
row_is 'ignored setting' '^VGETRANDOM_SYSCALL$'
try env VGETRANDOM_SYSCALL=0 "$vgetrandom" status
row_is 'ignored setting' '^-$'
try env VGETRANDOM_GENERATION=clock "$vgetrandom" status
row_is 'kernel word' '^not used'

# ---- Under a filter that lets no memory be mapped ---------------------------------------

cat >"$scratch/filtered.py" <<'END'
import ctypes, os, struct, sys
# Load the number; mmap of type 8 (MAP_DROPPABLE) gives EPERM; allow the rest.
program = b"".join(struct.pack("HBBI", *row) for row in (
    (0x20, 0, 0, 0), (0x15, 0, 4, 9), (0x20, 0, 0, 40), (0x54, 0, 0, 15),
    (0x15, 0, 1, 8), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7fff0000)))
rows = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("rows", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(Filter(7, ctypes.addressof(rows)))):
    sys.exit(99)
os.execv(sys.argv[1], sys.argv[1:])
END
python=/usr/bin/python3
machine=$(${CC:-cc} -dumpmachine)
if [ "${machine%%-*}" = x86_64 ] && [ -x $python ]; then
	try $python "$scratch/filtered.py" "$vgetrandom" status
	if [ $status != 99 ]; then
		row_is seccomp '^filter$'
		row_is memory '\(.*(refused|no MAP_DROPPABLE).*\)'
	fi
fi

# ---- JSON ---------------------------------------------------------------------------------

try "$vgetrandom" status --json
status_is $is_served
if [ -x $python ]; then
	$python - "$scratch/out" <<'END' || fail "JSON: $(cat "$scratch/out")"
import json, sys
status = json.load(open(sys.argv[1]))
assert isinstance(status["served_in_user_space"], bool)
assert isinstance(status["system_calls"], int)
assert status["served_in_user_space"] or status["why_not"]
for name in ("version", "kernel", "libc", "seccomp", "memory", "core",
             "kernel_word", "vmclock", "clock", "self_test", "slots",
             "kernel_keys", "refills", "restarts", "ignored_setting"):
    status[name]
END
fi

refuses "'now'" status now
refuses "'--jsn'" status --jsn
if [ -c /dev/full ]; then
	"$vgetrandom" status >/dev/full 2>"$scratch/err" && fail "full disk: a failure"
	err_has 'standard output: No space left on device'
fi
exit 0
