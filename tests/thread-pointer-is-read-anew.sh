#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: a frame that another thread goes on with, after a signal handler
# switched away from it at the door of a slot, asks for the slot of the thread
# it is on: the thread pointer is read again behind the door, before and after
# the slot.
#
# Only where that is an instruction of its own; on x86_64 each access goes
# through the thread's segment register.
#
# To see it fail: define VGR_TLS_READ_ANEW(variable) as (variable) in
# arch/aarch64/tls.h.

objdump=${OBJDUMP:-objdump}
library=$builddir/.libs/libvgetrandom.so.0
case $(readelf -hW "$library" 2>/dev/null) in
*AArch64*) ;;
'') echo "SKIP: no shared library here"; exit 77 ;;
*) echo "SKIP: the thread pointer is not read by an instruction of its own"; exit 77 ;;
esac
grep -q '^#define VGR_TLS_IS_INITIAL_EXEC' "$builddir/config.h" ||
	{ echo "SKIP: the slot is found by a call, each time"; exit 77; }

failed=0
for entry in vgetrandom vgetrandom_buf vgetrandom_u32 vgetrandom_u64; do
	$objdump -d --no-show-raw-insn "$library" |
		awk -v start="<$entry>:" '
			$2 == start { inside = 1 }
			inside && /^$/ { exit }
			inside' >"$builddir/tests/thread-pointer.text"
	# Behind the door, up to the first branch that decides on the slot.
	awk '
		/\tstxr\t/ { behind = 1; next }
		behind && /\tmrs\t.*tpidr_el0/ { reads = reads " pointer" }
		behind && /\tldr\tx[0-9]+, \[x[0-9]+, x[0-9]+\]/ { reads = reads " slot" }
		behind && /\tb\.ne\t/ { exit }
		END {
			print reads
			exit reads != " pointer slot pointer"
		}' "$builddir/tests/thread-pointer.text" >"$builddir/tests/thread-pointer.reads" ||
		failed=1
	echo "$entry:$(cat "$builddir/tests/thread-pointer.reads")"
done
rm -f "$builddir"/tests/thread-pointer.*
exit $failed
