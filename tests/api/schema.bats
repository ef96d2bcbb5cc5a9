# What a body may say (issue: types at the edge). The sentences are dockerd 28.5.2's.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A body that is refused with 400 and these words, whatever it asks for.
refused() { # path, body, sentence
	local answer
	answer=$(api -w '\n%{http_code}' -H 'Content-Type: application/json' -X POST -d "$2" "http://b$1")
	[ "${answer##*$'\n'}" = 400 ] || { echo "$1 $2: $answer" >&2; return 1; }
	[ "$(jq -r .message <<<"${answer%$'\n'*}")" = "$3" ] || { echo "$1 $2: $answer" >&2; return 1; }
}
bad() { refused "$1" "$2" "invalid JSON: json: cannot unmarshal $3"; }

@test "create: what is of a wrong type is refused, and nothing is made" {
	bad /containers/create '{"Image":"busybox","HostConfig":{"ReadonlyRootfs":"true"}}' 'string into Go struct field .HostConfig.ReadonlyRootfs of type bool'
	bad /containers/create '{"Image":"busybox","HostConfig":{"PidsLimit":"10","Memory":"64m"}}' 'string into Go struct field .HostConfig.PidsLimit of type int64'
	bad /containers/create '{"Image":"busybox","HostConfig":{"SecurityOpt":"no-new-privileges"}}' 'string into Go struct field .HostConfig.SecurityOpt of type []string'
	bad /containers/create '{"Image":"busybox","HostConfig":{"CapDrop":{"ALL":true}}}' 'object into Go value of type string'
	bad /containers/create '{"Image":"busybox","User":1000}' 'number into Go struct field .User of type string'
	bad /containers/create '{"Image":"busybox","Labels":{"a":1}}' 'number into Go struct field .Labels.a of type string'
	bad /containers/create '{"Image":"busybox","HostConfig":{"Memory":1e30}}' 'number 1e30 into Go struct field .HostConfig.Memory of type int64'
	bad /containers/create '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":1}]}}' 'number into Go struct field .HostConfig.Mounts.0.Type of type mount.Type'
	[ "$(api 'http://b/containers/json?all=1')" = '[]' ]
}

@test "exec, networks, volumes, update, commit and build: the same" {
	id=$(post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none"}}' | jq -r .Id)
	bad "/containers/$id/exec" '{"Cmd":["id"],"User":1000}' 'number into Go struct field ExecOptions.User of type string'
	bad /containers/nosuch/exec '{"Cmd":"id"}' 'string into Go struct field ExecOptions.Cmd of type []string'
	bad /exec/nosuch/start '{"Detach":"yes"}' 'string into Go struct field ExecStartOptions.Detach of type bool'
	bad /networks/create '{"Name":"a","Internal":"true"}' 'string into Go struct field CreateRequest.Internal of type bool'
	bad /networks/nosuch/connect '{"Container":1}' 'number into Go struct field ConnectOptions.Container of type string'
	bad /networks/nosuch/disconnect '{"Force":1}' 'number into Go struct field DisconnectOptions.Force of type bool'
	bad /volumes/create '{"Name":"a","Labels":{"a":1}}' 'number into Go struct field CreateOptions.Labels.a of type string'
	bad "/containers/$id/update" '{"Memory":"64m"}' 'string into Go struct field UpdateConfig.Memory of type int64'
	bad "/commit?container=$id" '{"Cmd":1}' 'number into Go value of type string'
	refused '/build?buildargs=%7B%22a%22:1%7D' '' 'error reading build args: json: cannot unmarshal number into Go struct field .a of type string'
	refused '/build?cachefrom=zz' '' 'error reading cache-from: invalid character '"'z'"' looking for beginning of value'
	[ "$(api http://b/networks | jq -r '[.[].Name] | sort | join(" ")')" = 'bridge host none' ]
	[ "$(api http://b/volumes | jq '.Volumes | length')" = 0 ]
}

@test "keys are taken in any case, the last of several" {
	id=$(post_json /containers/create '{"IMAGE":"nosuch","image":"busybox","cmd":"true","env":["A=1"],
		"hostConfig":{"networkMode":"none","readonlyRootfs":true,"dns":["192.0.2.1"]}}' | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e '.Config.Image == "busybox" and .Config.Cmd == ["true"] and .Config.Env[0] == "A=1"
		and .HostConfig.ReadonlyRootfs == true and .HostConfig.NetworkMode == "none" and .HostConfig.Dns == ["192.0.2.1"]
		and (.HostConfig | has("networkMode") | not)'
	post_json "/containers/$id/exec" '{"cmd":["id"],"detachKeys":"zz-q"}' | grep -qF 'Invalid escape keys (zz-q) provided'
}

@test "a key of a client to come is kept, one of our own is not taken" {
	id=$(post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none","Future":{"a":1},"_Chosen":true,
		"Mounts":[{"Type":"tmpfs","Target":"/t","_Hidden":true}]},"_Link":"eth9"}' | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e '.HostConfig.Future == {"a":1} and ([.. | objects | keys[]] | map(select(startswith("_"))) == [])'
	post_json /networks/create '{"Name":"n1","_Chosen":true,"IPAM":{"_Chosen":true}}' | jq -e .Id
	api http://b/networks/n1 | jq -e '[.. | objects | keys[]] | map(select(startswith("_"))) == []'
	d network rm n1
}

@test "what is behind the value, a missing value, and another content type" {
	refused /containers/create '{"Image":"busybox"} {}' 'unexpected content after JSON'
	refused /containers/create '' 'invalid JSON: got EOF while reading request body'
	refused /containers/create '{"HostConfig":{}}' 'config cannot be empty in order to create a container'
	refused /containers/create '{"Image":"busybox"' 'invalid JSON: unexpected EOF'
	[ "$(api -X POST -H 'Content-Type: text/plain' -d '{"Name":"a"}' http://b/volumes/create | jq -r .message)" = \
		"unsupported Content-Type header (text/plain): must be 'application/json'" ]
	[ "$(api -X POST -H 'Content-Type:' -d '{"Name":"a"}' http://b/volumes/create | jq -r .message)" = \
		'malformed Content-Type header (): mime: no media type' ]
	[ "$(status_of -X POST -H 'Content-Type: application/json; charset=utf-8' -d '{"Name":"aa"}' http://b/volumes/create)" = 201 ]
}

@test "a field of a later API version is not there for older clients" {
	body='{"Image":"busybox","HostConfig":{"NetworkMode":"none","Annotations":{"a":"b"}}}'
	id=$(post_json /v1.42/containers/create "$body" | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e '.HostConfig.Annotations == null'
	id=$(post_json /v1.43/containers/create "$body" | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e '.HostConfig.Annotations == {"a":"b"}'
}

@test "commit: the configuration in its body is laid over the container's" {
	id=$(post_json /containers/create '{"Image":"busybox","Cmd":["a"],"User":"1","Env":["A=1"],"HostConfig":{"NetworkMode":"none"}}' | jq -r .Id)
	image=$(post_json "/commit?container=$id" '{"user":"2","Env":["B=2"]}' | jq -r .Id)
	api "http://b/images/$image/json" | jq -e '.Config.User == "2" and .Config.Env[0] == "B=2" and (.Config.Env | index("A=1")) and .Config.Cmd == ["a"]'
}
