#!/bin/bash
# SPDX-License-Identifier: MIT
# Claim: each subcommand and option that "vgetrandom --help" tells of stands in
# the manual page and is completed by bash and by zsh; bash offers no other.
#
# To see it fail: take --last out of doc/vgetrandom.1 or of one completion.

: "${srcdir:=.}" "${builddir:=.}"

command=$builddir/vgetrandom
manual=$(man -l "$srcdir/doc/vgetrandom.1" 2>/dev/null | col -b)
[ -n "$manual" ] || manual=$(mandoc "$srcdir/doc/vgetrandom.1" | col -b) ||
	{ echo "SKIP: neither man nor mandoc here"; exit 77; }
zsh_file=$srcdir/completions/_vgetrandom
status=0
complain() { echo "$*"; status=1; }

. "$srcdir/completions/vgetrandom.bash" || exit 1
offered_by_bash() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_vgetrandom
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

# "  -n, --number NUMBER  how many": what begins with a dash in front of the
# text; -h, as everywhere, is --help.
options_of() {
	"$command" "$@" --help | sed -n 's/^  \(-.*\)/\1/p' |
		sed 's/   .*//' | tr ', ' '\n\n' | grep '^-' | sort -u
}

subcommands=$("$command" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
[ -n "$subcommands" ] || { echo "no subcommands in --help?"; exit 99; }
for subcommand in $subcommands; do
	echo "$manual" | grep -q "vgetrandom $subcommand" ||
		complain "$subcommand is not in the manual page"
	offered_by_bash vgetrandom '' | grep -qx "$subcommand" ||
		complain "bash does not complete $subcommand"
	grep -q "'$subcommand:" "$zsh_file" ||
		complain "zsh does not complete $subcommand"

	told=$(options_of "$subcommand")
	[ -n "$told" ] || complain "no options in $subcommand --help?"
	for option in $told; do
		echo "$manual" | grep -q -- "$option" ||
			complain "$subcommand $option is not in the manual page"
		sed -n "/^$subcommand)/,/;;/p" "$zsh_file" | grep -q -- "$option" ||
			complain "zsh does not complete $subcommand $option"
	done
	[ "$told" = "$(offered_by_bash vgetrandom "$subcommand" - |
			grep -vx -- --)" ] ||
		complain "$subcommand: --help says $(echo $told), bash" \
			$(offered_by_bash vgetrandom "$subcommand" -)
done

# What follows "run" is another program's.
offered_by_bash vgetrandom run --check -- /bin/s | grep -qx /bin/sh ||
	complain "bash does not complete a program after run --check --"

if command -v zsh >/dev/null; then
	zsh -n "$zsh_file" || complain "zsh does not read its completion"
fi
exit $status
