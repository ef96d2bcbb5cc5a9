load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	echo hi >f
	printf 'FROM busybox\nCOPY --chown=5:6 f /q/\n' >Dockerfile
}
b() { "$BUILD/berth" build "$@"; }

@test "an output's name is a tag; a registry without a name is refused, as is an unknown kind" {
	b -q -o type=image,name=out:1 .
	b -q -o type=docker,name=out:2 .
	[ "$(d images -q out:1)" = "$(d images -q out:2)" ]
	run b -q -o type=registry .
	[ "$status" -ne 0 ]
	[[ $output == *'tag is needed when pushing to registry'* ]]
	run b -q -o type=foo .
	[ "$status" -ne 0 ]
	[[ $output == *'exporter "foo" could not be found'* ]]
}

@test "files of a local output are the caller's" {
	b -q -o out .
	[ "$(stat -c '%u:%g' out/q/f)" = "$(id -u):$(id -g)" ]
	[ "$(cat out/q/f)" = hi ]
}

@test "--progress=quiet prints the id; the metadata file has buildx's keys and full names" {
	id=$(b --progress=quiet -t meta:1 -t localhost:5000/x --metadata-file m.json .)
	[ "$id" = "$(d images -q --no-trunc meta:1)" ]
	[ "$(jq -r '."image.name"' m.json)" = docker.io/library/meta:1,localhost:5000/x ]
	[[ $(jq -r '."buildx.build.ref"' m.json) == default/default/* ]]
	[ "$(jq -r '."containerimage.digest"' m.json)" = "$id" ]
}

@test "empty names of arguments and labels are refused; a host is added with either sign, more than once" {
	for flag in --build-arg --label; do
		run b -q $flag =x .
		[ "$status" -ne 0 ]
		[[ $output == *'invalid key-value pair "=x": empty key'* ]]
	done
	printf 'FROM busybox\nRUN grep "\\sa$" /etc/hosts | cut -f1 > /h\n' | b -q -t hosts --add-host a:1.2.3.4 --add-host a=5.6.7.8 -
	[ "$(run_none hosts cat /h | tr '\n' ' ')" = '1.2.3.4 5.6.7.8 ' ]
}

@test "SOURCE_DATE_EPOCH is part of the cache's key" {
	printf 'FROM busybox\nWORKDIR /w\nCOPY f /\nRUN true\n' >Dockerfile
	first=$(b -q --build-arg SOURCE_DATE_EPOCH=1000000000 .)
	b -q --build-arg SOURCE_DATE_EPOCH=1100000000 -t epoch .
	[ "$(b -q --build-arg SOURCE_DATE_EPOCH=1000000000 .)" = "$first" ]
	[[ $(d inspect -f '{{.Created}}' "$first" epoch) == 2001-09-09*2004-11-09* ]]
	[[ $(d history --no-trunc --format '{{.CreatedAt}}' --human=false epoch | head -4) != *2001* ]]
}

@test "buildx for who has no plugin: version, ls, inspect, use, du" {
	[[ $("$BUILD/berth" buildx version) == *berth* ]]
	[[ $("$BUILD/berth" buildx ls) == *'default*'*running* ]]
	[[ $("$BUILD/berth" buildx inspect) == *'Driver:        docker'* ]]
	"$BUILD/berth" buildx use default
	run "$BUILD/berth" buildx use other
	[ "$status" -ne 0 ]
	[[ $output == *'no builder "other" found'* ]]
	b -q .
	[[ $("$BUILD/berth" buildx du) == *RECLAIMABLE*Total:* ]]
}
