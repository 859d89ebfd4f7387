#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: "vgetrandom bytes" writes exactly as many bytes as asked for, different
# each time, as openssl rand would encode them; a closed pipe, a full disk and a
# refused getrandom(2) are failures with the errno's words and leave no file
# behind; what makes no sense is refused before anything is written.
#
# To see it fail: drop the line that ignores SIGPIPE, or unlink, in bytes.c; or
# write base64 in lines of 60.

. "${srcdir:-.}/tests/check-command.sh"

count() { "$vgetrandom" bytes "$@" | wc -c | tr -d ' '; }
gives() {
	wanted=$1
	shift
	seen=$(count "$@")
	[ "$seen" = "$wanted" ] || fail "bytes $* writes $wanted: $seen"
}

gives 0 -n 0
gives 0 -n 0 --hex
gives 0 -n 0 --base64
gives 1 -n 1
gives 49153 -n49153
gives 10485760 --number=10M
gives 3072 -n 3k
gives 1073741824 -n 1G
gives 33 --hex -n 16
gives 200001 --hex -n 100000

# ---- Encodings ----------------------------------------------------------------

for len in 1 2 3 47 48 49 96 97 49151 49152 49153 1000000; do
	"$vgetrandom" bytes -n $len --base64 >"$scratch/text"
	seen=$(base64 -d <"$scratch/text" | wc -c)
	[ "$seen" -eq $len ] || fail "base64 of $len decodes to $len: $seen"
	# openssl's lines: 64 characters but the last, which also has an end.
	base64 -d <"$scratch/text" | base64 -w 64 | cmp - "$scratch/text" ||
		fail "base64 of $len in lines of 64"
	"$vgetrandom" bytes -n $len --hex >"$scratch/text"
	grep -qxE "([0-9a-f]{2})+" "$scratch/text" || fail "hex of $len"
	[ "$(wc -l <"$scratch/text")" -eq 1 ] || fail "hex of $len in one line"
done

seen=$(i=0; while [ $i -lt 50 ]; do "$vgetrandom" bytes -n 16 --hex; i=$((i + 1)); done | sort -u | wc -l)
[ "$seen" -eq 50 ] || fail "50 runs give 50 values: $seen"
"$vgetrandom" bytes -n 32M | gzip -1 | wc -c | {
	read -r packed
	[ "$packed" -gt 33554432 ] || fail "32 MiB do not compress: $packed"
} || exit 1

# ---- No end ---------------------------------------------------------------------

seen=$("$vgetrandom" bytes 2>/dev/null | head -c 1000000 | wc -c)
[ "$seen" -eq 1000000 ] || fail "no end in a pipe: $seen"
( "$vgetrandom" bytes 2>"$scratch/err"; echo $? >"$scratch/status" ) | head -c 10 >/dev/null
[ "$(cat "$scratch/status")" = 1 ] || fail "closed pipe: status 1"
err_has 'standard output: Broken pipe'
[ "$(wc -l <"$scratch/err")" = 1 ] || fail "closed pipe: one line"

# ---- Full disks, files -----------------------------------------------------------

if [ -c /dev/full ]; then
	for encoding in '' --hex --base64; do
		for len in 1 100 10M; do
			try "$vgetrandom" bytes -n $len $encoding -o /dev/full
			status_is 1
			err_has '/dev/full: No space left on device'
			"$vgetrandom" bytes -n $len $encoding >/dev/full 2>"$scratch/err" &&
				fail "full disk: status 1"
			err_has 'standard output: No space left on device'
		done
	done
	[ -c /dev/full ] || fail "/dev/full is still there"
	"$vgetrandom" bytes --help >/dev/full 2>"$scratch/err" && fail "help to a full disk: status 1"
fi

try "$vgetrandom" bytes -n 1000 -o "$scratch/new"
status_is 0
[ "$(wc -c <"$scratch/new")" -eq 1000 ] || fail "1000 bytes in a file"
[ "$(ls -l "$scratch/new" | cut -c1-10)" = -rw------- ] || fail "nobody else may read a new file"
try "$vgetrandom" bytes -n 10 -o "$scratch/new"
[ "$(wc -c <"$scratch/new")" -eq 10 ] || fail "an old file is replaced"
try "$vgetrandom" bytes -n 10 -o "$scratch/no/folder"
status_is 1
err_has 'no/folder: No such file or directory'

# A limit in place of a full disk: the file that was begun is gone.
( trap '' XFSZ; ulimit -f 8; "$vgetrandom" bytes -n 1M -o "$scratch/large" 2>"$scratch/err" ) &&
	fail "file limit: status 1"
err_has 'large: File too large'
[ ! -e "$scratch/large" ] || fail "no half file"

# ---- What makes no sense ---------------------------------------------------------

for wrong in -5 +5 x 5X 5KK 5iB ' 5' 0x10 1e6 '' 99999999999999999999 9999999T 8388608T; do
	refuses "'$wrong'" bytes -n "$wrong"
done
refuses "'-n'" bytes -n
refuses 'not both' bytes --hex --base64
refuses "'--hex=1'" bytes --hex=1
refuses "'--octal'" bytes --octal
refuses "'-q'" bytes -q
refuses "'16'" bytes 16
refuses "$scratch/file" bytes -o "$scratch/file"
[ ! -e "$scratch/file" ] || fail "no file for a refused argument"
"$vgetrandom" bytes >"$scratch/out" 2>"$scratch/err"; status=$?
status_is 2
[ ! -s "$scratch/out" ] || fail "nothing written without end to a file"
try "$vgetrandom" bytes --help
status_is 0
grep -q '^Usage: vgetrandom bytes' "$scratch/out" || fail "help"

# ---- A terminal ------------------------------------------------------------------

if ! have script; then
	echo "no script(1): terminals not tested"
	exit 0
fi
on_terminal() {
	script -qec "$1" /dev/null >"$scratch/terminal" 2>&1 </dev/null
}
on_terminal "'$vgetrandom' bytes" && fail "no end to a terminal: refused"
grep -q 'no end of bytes for a terminal' "$scratch/terminal" || fail "no end to a terminal: said"
[ "$(wc -c <"$scratch/terminal")" -lt 200 ] || fail "no end to a terminal: nothing written"
on_terminal "'$vgetrandom' bytes -n 4 --hex"
grep -qE '^[0-9a-f]{8}' "$scratch/terminal" || fail "bytes to a terminal"

# Progress: with a rate and what is left, on standard error alone.
slowly='while dd of=/dev/null bs=1M count=8 iflag=fullblock 2>/dev/null && sleep 0.2; do n=$((n + 1)); [ $n -ge 8 ] && break; done; cat >/dev/null'
on_terminal "'$vgetrandom' bytes -n 64M | (n=0; $slowly)"
grep -qE 'MiB of 64\.0 MiB, [0-9.]+ MB/s, [0-9]+:[0-9]{2}:[0-9]{2} left' "$scratch/terminal" ||
	fail "progress: $(tr '\r' '\n' <"$scratch/terminal" | head -3)"
grep -qE '64\.0 MiB in [0-9.]+ s' "$scratch/terminal" || fail "a last line"
on_terminal "'$vgetrandom' bytes -n 64M 2>'$scratch/err' | (n=0; $slowly)"
[ ! -s "$scratch/err" ] || fail "no progress into a file"
exit 0
