# SPDX-License-Identifier: MIT
# vgetrandom.bash - completion for bash of the command vgetrandom.

# After "run" and its options comes another program, with its own completion.
_vgetrandom_program() {
	local i

	for ((i = 2; i <= COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) ((i++)); break ;;
		-*) ;;
		*) break ;;
		esac
	done
	if ((i > COMP_CWORD)); then
		((i = COMP_CWORD))
	fi
	if declare -F _command_offset >/dev/null; then
		_command_offset "$i"
	elif ((i == COMP_CWORD)); then
		COMPREPLY=($(compgen -c -- "${COMP_WORDS[COMP_CWORD]}"))
	else
		COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
	fi
}

_vgetrandom() {
	local word=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]}
	local words

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "run status bytes bench --help \
			--version" \
			-- "$word"))
		return
	fi

	case ${COMP_WORDS[1]} in
	run)
		words="--check --last --help --"
		if [[ $word != -* || " ${COMP_WORDS[*]:2:COMP_CWORD-2} " == *" -- "* ]]; then
			_vgetrandom_program
			return
		fi
		;;
	status)
		words="--json --help"
		;;
	bytes)
		words="--number --hex --base64 --output --help -n -o"
		case $previous in
		-o | --output)
			compopt -o filenames 2>/dev/null
			COMPREPLY=($(compgen -f -- "$word"))
			return
			;;
		-n | --number)
			return
			;;
		esac
		;;
	bench)
		words="--benchmark_filter --benchmark_list_tests
			--benchmark_repetitions --benchmark_min_time
			--benchmark_format --benchmark_out
			--benchmark_out_format
			--benchmark_report_aggregates_only
			--plot --sizes --threads --alive --baseline --load
			--help"
		case $previous in
		--benchmark_out | --plot)
			compopt -o filenames 2>/dev/null
			COMPREPLY=($(compgen -f -- "$word"))
			return
			;;
		--benchmark_format | --benchmark_out_format)
			words="console json csv markdown"
			;;
		--benchmark_* | --sizes | --threads | --alive | --baseline | --load)
			[[ $previous == *_list_tests || $previous == *_only ]] ||
				return
			;;
		esac
		;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -F _vgetrandom vgetrandom
