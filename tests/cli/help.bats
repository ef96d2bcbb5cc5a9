load ../lib/engine
# What berth says of itself; needs no engine. Docker's own client says it otherwise.
setup_file() {
	export DOCKER=${DOCKER:-$BUILD/berth} DOCKER_HOST=unix:///nowhere BERTH_AUTOSTART=0
	[[ $DOCKER == */berth ]] || skip
}
all_commands() { # each as its words
	local group command
	for group in "" container image network volume system builder buildx context manifest compose; do
		for command in $(d $group --help | sed -n '/Commands:$/,/^Global/p' | sed -n 's/^  \([a-z-]*\)  *[A-Z].*/\1/p'); do echo "$group $command"; done
	done | grep -vx ' \(container\|image\|network\|volume\|system\|builder\|buildx\|context\|manifest\|compose\)'
}

@test "--help groups the commands as docker's does" {
	run d --help
	[ "$status" -eq 0 ]
	for line in 'Common Commands:' '  run         ' 'Management Commands:' '  container   ' '  compose     ' 'Commands:' '  attach      ' \
		'Global Options:' '  -H, --host string'; do
		[[ $output == *$'\n'"$line"* ]] || { echo "$line"; return 1; }
	done
	[ "$output" = "$(d)" ]
	[ "$output" = "$(d help)" ]
}

@test "help COMMAND is COMMAND --help, groups and their commands too" {
	for words in ps "container ls" image "compose up" "system df"; do
		[ "$(d help $words)" = "$(d $words --help)" ]
	done
	[[ $(d help ps) == *'container ls, '*'container list, '*'container ps, '*' ps'* ]]
}

@test "each command has a summary and an example, and 100 columns are enough" {
	[ "$(all_commands | wc -l)" -gt 100 ]
	while read -r words; do
		text=$(d $words --help)
		[ "$(wc -L <<<"$text")" -le 100 ] || { echo "wide: $words"; return 1; }
		[[ $words == 'system dial-stdio' || $text == *$'\nExample:\n'* ]] || { echo "no example: $words"; return 1; }
	done < <(all_commands)
}

@test "each group has a summary, an example and columns; groups within groups too" {
	for words in container image network volume system builder buildx 'buildx imagetools' context manifest compose; do
		text=$(d $words --help)
		[ "$(wc -L <<<"$text")" -le 100 ] || { echo "wide: $words"; return 1; }
		[[ $text == *$'\nExample:\n  berth '"$words"* ]] || { echo "no example: $words"; return 1; }
		[ "$text" = "$(d help $words)" ]
		# The summaries stand in one column.
		[ "$(sed -n '/Commands:$/,/^$/p' <<<"$text" | sed -n 's/^\(  [a-z][a-z -]*  *\)[A-Z].*/\1/p' | awk '{ print length }' | sort -u | wc -l)" -eq 1 ] || { echo "$text"; return 1; }
	done
	[ "$(d buildx imagetools)" = "$(d buildx imagetools --help)" ]
	run d buildx imagetools inspcet x
	[[ $status -eq 1 && $output == *"unknown command: berth buildx imagetools inspcet"*"Did you mean 'berth buildx imagetools inspect'?"* ]] || { echo "$output"; return 1; }
	run d buildx imagetools --nope
	[[ $status -eq 125 && $output == 'unknown flag: --nope'* ]]
}

@test "tools/man makes a page a group, in which each command and option is, and man reads them" {
	mkdir "$BATS_TEST_TMPDIR/man"
	BERTH_BUILD=$BUILD "$ROOT/tools/man" "$BATS_TEST_TMPDIR/man"
	[ "$(ls "$ROOT/docs/man" | grep -vx berth-shim.8)" = "$(ls "$BATS_TEST_TMPDIR/man")" ]
	while read -r words; do
		grep -qF ".SS \"$words" "$BATS_TEST_TMPDIR"/man/berth*.1 || { echo "$words"; return 1; }
	done < <(all_commands | sed 's/^ //')
	for page in "$BATS_TEST_TMPDIR"/man/*; do
		[ -z "$(man --warnings -l "$page" 2>&1 >/dev/null)" ] || { man --warnings -l "$page" 2>&1 >/dev/null; return 1; }
	done
}

@test "the examples have flags that there are" {
	while read -r words; do
		example=$(d $words --help | sed -n '/^Example:/{n;s/^ *berth //p}')
		for flag in $(grep -o ' -\(-[a-z-]*\|[a-z]\)\b' <<<"${example%% [\'\"]*}" | sed 's/^ //'); do
			case $words in *exec | *run | *commit | *create | ' import' | 'image import') [[ $flag != -c ]] || continue ;; esac
			d $words --help | grep -q -e "^  $flag, \| $flag[ ,]" || [[ ${#flag} -gt 2 && $flag != --* ]] || { echo "$words: $flag"; return 1; }
		done
	done < <(all_commands)
}

@test "a word that is misspelt: which one may be meant; nothing is run" {
	said() { run d $1; [ "$status" -eq 1 ] && [[ $output == *"$2"* ]] || { echo "$output"; return 1; }; }
	said imgaes "unknown command: berth imgaes"
	said imgaes "Did you mean 'berth images'?"
	said contianer "Did you mean 'berth container'?"
	said 'network craete x' "Did you mean 'berth network create'?"
	said zzzzzzz "Run 'berth --help' for more information"
	[[ $output != *mean* ]]
}

@test "what Docker has and Berth has not: what to use instead, in one sentence" {
	for word in swarm node service stack secret config plugin trust scout init model; do
		run d "$word" ls
		[[ $status -eq 1 && ${#lines[@]} -eq 1 && $output == "berth: 'berth $word' is not available: "* ]] || { echo "$output"; return 1; }
	done
}

@test "control characters of a word are shown, not sent to the terminal" {
	run d $'\e[31mx'
	[[ $output != *$'\e'* && $output == *'\x1b[31mx'* ]]
}

@test "global options go before the command and behind it; a command's own of the same letter goes before" {
	export DOCKER_HOST=unix:///nowhere
	for words in 'ps -H unix:///other' '-H unix:///other ps' 'ps --host=unix:///other' 'image ls --host unix:///other' 'compose ls -Hunix:///other' 'compose -H unix:///other ls'; do
		run d $words
		[[ $status -eq 1 && $output == *'daemon at unix:///other.'* ]] || { echo "$words: $output"; return 1; }
	done
	run d ps -c nosuch --config /nowhere
	[[ $output == *'context "nosuch"'*'/nowhere/contexts/'* ]]
	for words in 'ps -D' '-D ps' 'ps -l --log-level debug' '--log-level DEBUG ps' 'compose -D ls' 'compose ls --debug'; do
		run d $words
		[[ $output == *'debug: GET unix:///nowhere/v1'* ]] || { echo "$words: $output"; return 1; }
	done
	run d run --rm -c 5 image -D -H x
	[[ $status -eq 125 && $output == *'daemon at unix:///nowhere.'* && $output != *debug:* ]]
}

@test "global options that mean nothing, or contradict themselves, are refused in docker's words" {
	refused() { run d $1; [[ $status -eq $2 && ${lines[0]} == "$3" ]] || { echo "$1: $output"; return 1; }; }
	refused '-l foo ps' 1 'Unable to parse logging level: foo'
	refused 'ps --log-level foo' 1 'Unable to parse logging level: foo'
	refused '-c foo -H unix:///x ps' 1 'conflicting options: cannot specify both --host and --context'
	refused '--foo ps' 125 'unknown flag: --foo'
	refused '-Z ps' 125 "unknown shorthand flag: 'Z' in -Z"
	refused '-H' 125 "flag needs an argument: 'H' in -H"
	refused 'ps --version' 125 'unknown flag: --version'
	[ "$(d ps -h)" = "$(d ps --help)" ]
}

@test "the pages of what there is promise nothing that is not there" {
	run timeout 60 "$ROOT/tools/compat-tables" check
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "the page of Docker's flags promises nothing that is not there" {
	run timeout 120 env BERTH_BUILD="$BUILD" "$ROOT/tools/compat-cli" check
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "--help tells what kind of value a flag takes" {
	told=$("$BUILD/berth" run --help)
	for flag in 'blkio-weight uint16' 'cpu-shares int' 'cpus decimal' 'memory bytes' 'health-interval duration' 'name string' 'label list'; do
		[[ $told == *"--$flag  "* ]] || { echo "$flag"; return 1; }
	done
	[[ $told == *'--rm    '* ]]
}
