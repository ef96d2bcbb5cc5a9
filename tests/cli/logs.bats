load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "logs: tail, since, timestamps, streams" {
	d run --name ll --network none busybox sh -c 'for i in 1 2 3 4 5; do echo line $i; done; echo bad >&2' 2>/dev/null
	[ "$(d logs ll 2>/dev/null | wc -l)" -eq 5 ]
	[ "$(d logs ll 2>&1 >/dev/null)" = bad ]
	[ "$(d logs --tail 2 ll 2>/dev/null | head -1)" = 'line 5' ]
	[ -z "$(d logs --tail 0 ll 2>&1)" ]
	[[ $(d logs -t ll | head -1) =~ ^20[0-9-]+T[0-9:.]+Z\ line\ 1$ ]]
	[ -z "$(d logs --since 2099-01-01T00:00:00Z ll 2>&1)" ]
	d rm ll
}

@test "logs -f follows until the end" {
	d run -d --name ff --network none busybox sh -c 'for i in 1 2 3; do echo $i; sleep 0.3; done'
	[ "$(d logs -f ff | xargs)" = '1 2 3' ]
	d rm ff
}

@test "json-file as Docker writes it, long lines cut and marked, bad bytes replaced" {
	d run --name jj --network none busybox sh -c 'printf "a\"b\\\\\t\n"; printf "\377\n"; head -c 20000 /dev/zero | tr "\0" x; echo; printf end' >/dev/null
	file=$(d inspect -f '{{.LogPath}}' jj)
	[ "$(jq -rs '.[0].log' "$file")" = $'a"b\\\t' ]
	[ "$(jq -rs '.[1].log' "$file")" = $'\ufffd' ]
	[ "$(jq -s '.[2].log | length' "$file")" -eq 16384 ]
	[ "$(jq -s '.[3].log | length' "$file")" -eq 3617 ]
	[ "$(jq -s '.[-1].log' "$file")" = '"end"' ]
	[ "$(jq -rs '.[0].stream' "$file")" = stdout ]
	[ "$(d logs jj | tail -c 3)" = end ]
	d rm jj
}

@test "rotation: files are kept to their size and number, and logs reads all of them in order" {
	d run --name rr --network none --log-opt max-size=50k --log-opt max-file=3 busybox seq 1 5000 >/dev/null
	file=$(d inspect -f '{{.LogPath}}' rr)
	[ "$(ls "$file"* | wc -l)" -eq 3 ]
	[ "$(d logs rr | tail -1)" = 5000 ]
	d logs rr | sort -nc
	[ "$(d logs --tail 700 rr | wc -l)" -eq 700 ]
	d rm rr
}

@test "the local driver, and none" {
	d run --name lo --network none --log-driver local busybox sh -c 'echo one; echo two' >/dev/null
	[ "$(d logs lo | xargs)" = 'one two' ]
	[ "$(d logs --tail 1 lo)" = two ]
	d run --name no --network none --log-driver none busybox echo x >/dev/null
	run d logs no
	[ "$status" -eq 1 ]
	[[ $output == *'configured logging driver does not support reading'* ]]
	d rm lo no
	run d create --log-driver nosuch busybox
	[[ $output == *'error looking up logging plugin nosuch: plugin "nosuch" not found'* ]]
}

@test "no line is lost or torn at full speed" {
	d run --name fast --network none busybox sh -c 'seq 1 1000000' >"$WORK/out"
	seq 1 1000000 | cmp - "$WORK/out"
	d logs --tail 500000 fast >"$WORK/logged"
	seq 500001 1000000 | cmp - "$WORK/logged"
	d rm fast
}

@test "a lot of output is logged by a thread without privileges, whole and in order, and its memory is given back" {
	local pid shim log
	d run -d --name much --network none --log-opt max-size=10m --log-opt max-file=20 busybox sh -c 'seq 1 1000000 >/lines; cat /lines; echo small; exec sleep 1000'
	log=$(d inspect -f '{{.LogPath}}' much)
	await grep -q small "$log"
	d logs much >"$WORK/logged"
	(seq 1 1000000; echo small) | cmp - "$WORK/logged"
	pid=$(d inspect -f '{{.State.Pid}}' much)
	shim=$(ps -o ppid= -p "$pid" | xargs)
	[ "$(ls "/proc/$shim/task" | wc -l)" -eq 2 ]
	[ "$(grep -hE '^Cap(Prm|Eff|Bnd)' /proc/"$shim"/task/*/status | sort -u | wc -l)" -eq "$(grep -E '^Cap(Prm|Eff|Bnd)' "/proc/$shim/status" | sort -u | wc -l)" ]
	[ "$(awk '/^CapBnd/ { print $2 }' "/proc/$shim/status")" != "$(awk '/^CapBnd/ { print $2 }' /proc/1/status)" ]
	is_small() { [ "$(awk '/^RssAnon/ { print $2 }' "/proc/$shim/status")" -lt 400 ]; }
	await is_small
	d rm -f much
}

@test "events and stats end when nobody reads them any more" {
	[[ $DOCKER == */berth ]] || skip "other clients have other words, or wait"
	for command in events stats; do
		(while sleep 0.2; do d volume create >/dev/null; done) 3>&- &
		run timeout -s KILL 60 bash -c "'$BUILD/berth' $command | head -n 1 >/dev/null; echo \${PIPESTATUS[0]}"
		kill $!
		[ "$output" -eq 141 ]
	done
	d volume prune -af
}

@test "logs since the start have the first line, however soon it was written" {
	for i in 1 2 3 4 5; do
		d run -d --name "soon$i" --network none busybox echo first
		d wait "soon$i"
		first=$(d logs -t "soon$i" | cut -d' ' -f1)
		[ "$(date -d "$first" +%s%N)" -ge "$(date -d "$(d inspect -f '{{.State.StartedAt}}' "soon$i")" +%s%N)" ]
		[ "$(d logs --since "$(d inspect -f '{{.State.StartedAt}}' "soon$i")" "soon$i")" = first ]
		d rm "soon$i"
	done
}
