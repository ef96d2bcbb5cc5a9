# --format: what docker's command line 28.5.2 printed of the same things, form by form (tests/cli/formats.py).
load ../lib/engine
setup_file() {
	file_setup
	d run -d --name web -p 8080:80 -e A=1 --label l=v --memory 100m --dns 1.2.3.4 --ulimit nofile=10:20 --health-cmd true --health-interval 90s \
		busybox sleep 1000000 >/dev/null
	d volume create vv >/dev/null
}
teardown_file() { file_teardown; }

@test "templates print and refuse what docker's print and refuse" {
	[ "$DOCKER" = "$BUILD/berth" ] || skip "docker's own answers are recorded"
	"$BATS_TEST_DIRNAME/formats.py" "$DOCKER" "$BATS_TEST_DIRNAME/formats.jsonl"
}

@test "ps: commands are quoted as Go quotes, sizes are asked for where a template shows them" {
	d create --name quoted --network none busybox sh -c 'echo "x"' >/dev/null
	row() { d ps -a --no-trunc --filter name=quoted --format "$1"; }
	[ "$(row '{{.Command}}')" = '"sh -c echo \"x\""' ]
	[[ $(row '{{ json . }}') == *'"Size":"'*'(virtual '* ]]
	[[ $(row '{{with .}}{{.Size}}{{end}}') == *'(virtual '* ]]
	[ "$(row json | jq -r .Size)" = 0B ]
	[ "$(row 'table {{json .}}' | head -n 1)" = '' ]
	[[ $(row '{{.MarshalJSON | printf "%s"}}') == '{"Command":'* ]]
	d rm quoted >/dev/null
}

@test "OOMKillDisable is understood, too" {
	[ "$DOCKER" = "$BUILD/berth" ] || skip "docker knows it as OomKillDisable"
	[ "$(d inspect -f '{{.HostConfig.OOMKillDisable}}' web)" = "$(d inspect -f '{{.HostConfig.OomKillDisable}}' web)" ]
	[[ $(d info --format '{{.OOMKillDisable}}') == true || $(d info --format '{{.OOMKillDisable}}') == false ]]
	[[ $(d inspect -f '{{json .HostConfig}}' web) != *OOMKillDisable* ]]
}

@test "a template that never ends is ended" {
	run timeout 60 "$DOCKER" inspect -f '{{range 2000000}}{{end}}{{range 2000}}{{range 2000}}{{len ""}}{{end}}{{end}}' web
	[ "$DOCKER" != "$BUILD/berth" ] || [[ $status -eq 1 && $output == *'too many steps'* ]]
	run d inspect -f '{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}' web
	[ "$DOCKER" != "$BUILD/berth" ] || [[ $status -eq 1 && $output == *'exceeded maximum template depth'* ]]
	run d inspect -f '{{printf "%1000000000d" 5}}' web
	[ "$status" -eq 0 ]
}
