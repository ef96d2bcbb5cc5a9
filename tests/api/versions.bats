# Each request is answered in the version that it was asked in, 1.24 to 1.55.
load ../lib/engine
setup_file() {
	file_setup
	d create --name made busybox >/dev/null
	d commit -a me -c 'ENV a=b' -c 'LABEL l=m' -c 'USER user' made named >/dev/null
	d rm made >/dev/null
	d rmi busybox >/dev/null
	d import "$WORK/busybox.tar" bare >/dev/null
	d network create --subnet 10.99.0.0/24 net >/dev/null
	d volume create unused >/dev/null
	d run -d --name full --network net --annotation x=y -v data:/data named sleep 100000
	post_json '/v1.51/containers/create?name=mac' '{"Image":"named","MacAddress":"02:42:ac:11:00:05"}'
}
teardown_file() { file_teardown; }

@test "answers have the fields of their version" {
	"$BATS_TEST_DIRNAME/forms.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/forms.tsv"
}

@test "requests mean what they meant in their version" {
	d tag named busybox
	d volume create vv0 >/dev/null
	"$BATS_TEST_DIRNAME/create_versions.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/create_versions.jsonl"
	d volume rm vv0
	d rmi busybox
}

@test "events come in the form that the client accepts, where its version has it" {
	type_of() { api -o /dev/null -w '%{content_type}' "${@:2}" "http://b/$1/events?since=1&until=2"; }
	accepts() { [ "$(type_of "$1" -H "Accept: $2")" = "$3" ] || { type_of "$1" -H "Accept: $2"; return 1; }; }
	[ "$(type_of v1.55 -H Accept:)" = application/json ]
	accepts v1.55 application/json application/json
	accepts v1.55 '*/*' application/jsonl
	accepts v1.55 application/json-seq application/json-seq
	accepts v1.55 'text/html, application/x-ndjson' application/x-ndjson
	accepts v1.55 'application/jsonl;q=0.1, application/json-seq; q=0.9' application/json-seq
	accepts v1.55 'application/jsonl;q=0, application/*;q=0.5' application/x-ndjson
	accepts v1.55 'application/jsonl;q=x' application/json
	accepts v1.52 application/jsonl application/json
	accepts v1.52 '*/*' application/x-ndjson
	accepts v1.51 application/json-seq application/json
	accepts v1.24 '*/*' application/json
	local events=/events?since=1\&until=$(date +%s)
	api -H 'Accept: application/json-seq' "http://b/v1.55$events" >"$WORK/seq"
	[ "$(tr -cd '\036' <"$WORK/seq" | wc -c)" = "$(wc -l <"$WORK/seq")" ]
	tr -d '\036' <"$WORK/seq" | jq -es 'length > 0 and all(has("Type"))'
	api -H 'Accept: application/jsonl' "http://b/v1.55$events" | jq -es 'length > 0 and all(has("status") | not)'
}

@test "a word of a later version means nothing; a version is one of those that there are" {
	[ "$(status_of "http://b/v1.31/images/named/json?platform=nonsense")" = 200 ]
	[ "$(status_of -X POST "http://b/v1.40/containers/create?platform=linux/mips" -H 'Content-Type: application/json' -d '{"Image":"named"}')" = 201 ]
	[ "$(status_of -X POST "http://b/v1.41/containers/create?platform=linux/mips" -H 'Content-Type: application/json' -d '{"Image":"named"}')" = 404 ]
	[ "$(status_of -X POST "http://b/v1.41/containers/full/stop?signal=NONE&t=0")" = 204 ]
	[ "$(status_of http://b/v1.56/_ping)" = 400 ]
	[ "$(status_of http://b/v1.23/_ping)" = 400 ]
}
