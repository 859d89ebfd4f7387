#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: where drop-ins of several machines are installed side by side, "run"
# names them by $LIB (ld.so(8)), so that each program gets its own machine's,
# without a word from the dynamic linker; where one alone is installed, or $LIB
# leads elsewhere, it names that one's path.
#
# To see it fail: have vgr_command_preload_name return path; or have
# is_lib, or is_other_file, return true; or vgr_command_reach ask for no other
# drop-in; or read_elf read every header as one of 64 bits.

. "${srcdir:-.}/tests/check-command.sh"
skip_if_sanitized
skip_if_foreign

srcdir=$(cd "${srcdir:-.}" && pwd)
drop_in=$builddir/.libs/libvgetrandom-preload.so
file=libvgetrandom/libvgetrandom-preload.so

# What $LIB stands for, as far as can be seen: where libc lies, from / or /usr.
lib=$(ldd "$vgetrandom" | sed -n 's/.*=> *\/\(.*\)\/libc\.so\.6 .*/\1/p')
lib=${lib#usr/}
case $lib in
lib*) ;;
*) skip "no glibc, whose dynamic linker knows \$LIB" ;;
esac

# The command as it would be built for that libdir; all but one object is so.
# shellcheck disable=SC2086
build() {	# LIBDIR
	${CC:-cc} ${CFLAGS-} -std=gnu11 -include "$builddir/config.h" \
		-DBINDIR='"/usr/bin"' -DPKGLIBDIR="\"$1/libvgetrandom\"" \
		-c "$srcdir/command/drop-in.c" -o "$scratch/drop-in.o" &&
	mkdir -p "$scratch/usr/bin" &&
	${CC:-cc} ${CFLAGS-} -o "$scratch/usr/bin/vgetrandom" "$scratch/drop-in.o" \
		$(find "$builddir/command" -name 'vgetrandom-*.o' ! -name '*drop-in.o') \
		"$builddir/.libs/libbench.a" "$builddir/.libs/libcore.a" \
		-lm -ldl -lpthread || fail "does not build"
}
install_drop_in() {	# FILE LIBDIR
	mkdir -p "$scratch$2/libvgetrandom" && cp "$1" "$scratch$2/$file" || exit 99
}
run() { try "$scratch/usr/bin/vgetrandom" run "$@"; }
preload_is() { run sh -c 'echo "$LD_PRELOAD"'; out_is "$1"; }

# ---- One alone ---------------------------------------------------------------------

build "/usr/$lib"
install_drop_in "$drop_in" "/usr/$lib"
preload_is "$scratch/usr/$lib/$file"

# The same one by another name is no other.
other=${lib%/*}/other
[ "$other" != "$lib/other" ] || other=other
ln -s "${lib##*/}" "$scratch/usr/$other"
preload_is "$scratch/usr/$lib/$file"
rm "$scratch/usr/$other"

# ---- Two, the second of them for a made up machine -----------------------------------

# e_machine, the 19th byte, made EM_SPARCV9.
alien() {
	cp "$1" "$2" && printf '\053' |
		dd of="$2" bs=1 seek=18 conv=notrunc 2>/dev/null || exit 99
}
alien "$drop_in" "$scratch/alien.so"
alien "$vgetrandom" "$scratch/alien"
run "$scratch/alien"
err_has "$scratch/alien is for another kind of machine"

install_drop_in "$scratch/alien.so" "/usr/$other"
# Its dollar is for ld.so, not for us.
# shellcheck disable=SC2016
name=$scratch/usr/'$LIB'/$file
preload_is "$name"
[ ! -s "$scratch/err" ] || fail "no word from ld.so: $(cat "$scratch/err")"
run --check true
status_is 0
err_has 'true (process [0-9]*): \(active\|loaded\)'
# No second time, and beside what was there.
run "$scratch/usr/bin/vgetrandom" run sh -c 'echo "$LD_PRELOAD"'
out_is "$name"
try env LD_PRELOAD="$drop_in" "$scratch/usr/bin/vgetrandom" run --last sh -c 'echo "$LD_PRELOAD"'
out_is "$drop_in:$name"
# There is a drop-in for it now; that the kernel cannot run it is another thing.
run "$scratch/alien"
! grep 'another kind of machine' "$scratch/err" || fail "it has a drop-in"

# ---- Where $LIB leads elsewhere --------------------------------------------------------

rm -r "$scratch/usr/$other"
build "/usr/opt/one"
install_drop_in "$drop_in" /usr/opt/one
install_drop_in "$scratch/alien.so" /usr/opt/two
preload_is "$scratch/usr/opt/one/$file"
[ ! -s "$scratch/err" ] || fail "no word from ld.so: $(cat "$scratch/err")"

# ---- Two that this machine can run -----------------------------------------------------

cc32() {
	i686-linux-gnu-gcc "$@" -Wl,-rpath,/usr/i686-linux-gnu/lib \
		-Wl,--dynamic-linker=/usr/i686-linux-gnu/lib/ld-linux.so.2
}
printf 'int main(void) { return 5; }\n' >"$scratch/five.c"
if ! cc32 "$scratch/five.c" -o "$scratch/five" 2>/dev/null ||
   ! { "$scratch/five"; [ $? = 5 ]; }; then
	echo "no compiler for i386, or none of its programs runs here: two real machines not tested"
	exit 0
fi
# Any library can take the place of a drop-in, if it says that it is there.
cat >"$scratch/says.c" <<'END'
#include <unistd.h>
__attribute__((constructor)) static void say(void)
{
	if (write(2, "32 bits\n", 8) < 0)
		_exit(1);
}
END
cc32 -shared -fPIC "$scratch/says.c" -o "$scratch/says.so" || exit 99
build "/usr/$lib"
install_drop_in "$drop_in" "/usr/$lib"
run "$scratch/five"
err_has "$scratch/five is for another kind of machine"

install_drop_in "$scratch/says.so" /usr/lib/i386-linux-gnu
[ "$lib" = "lib/${lib##*/}" ] || { echo "\$LIB is not lib/TRIPLET here"; exit 0; }
preload_is "$name"
run "$scratch/five"
status_is 5
[ "$(cat "$scratch/err")" = "32 bits" ] || fail "i386 alone: $(cat "$scratch/err")"
# Both in one tree: the shell is for this machine.
run sh -c "$scratch/five; exec true"
status_is 0
[ "$(cat "$scratch/err")" = "32 bits" ] || fail "both: $(cat "$scratch/err")"
if cc32 -static "$scratch/five.c" -o "$scratch/static" 2>/dev/null; then
	run "$scratch/static"
	err_has "$scratch/static is statically linked"
fi
