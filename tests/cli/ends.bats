# The end of a container, and what meets it: restarts, removals, signals, terminals.
load ../lib/engine

setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "restart of a --rm container keeps it; its end removes it" {
	d run -d --rm --name again --network none busybox sh -c 'trap exit TERM; while :; do sleep 0.1; done'
	id=$(d inspect -f '{{.Id}}' again)
	for timeout in 5 0 1; do
		d restart -t "$timeout" again
		[ "$(d inspect -f '{{.Id}} {{.State.Running}}' again)" = "$id true" ]
		d exec again true
	done
	[ "$(shims)" -eq 1 ]
	d stop -t 0 again
	for _ in $(seq 1500); do d inspect again >/dev/null 2>&1 || break; sleep 0.02; done
	not d inspect again
	await no_shims
}

@test "restart of a --rm container that ends by itself meanwhile: it is there and runs, or is gone" {
	for i in $(seq 20); do
		d run -d --rm --name "meets$i" --network none busybox sh -c '[ -e /was ] && exec sleep 100; touch /was; sleep 0.05'
		if d restart -t 0 "meets$i" 2>"$WORK/why"; then
			[ "$(d inspect -f '{{.State.Running}}' "meets$i")" = true ]
			d rm -f "meets$i"
		else
			grep -q -e 'No such container' -e 'marked for removal' "$WORK/why"
		fi
	done
	await no_shims
	[ -z "$(d ps -aq)" ]
}

@test "restart of a --rm container that cannot stop or start" {
	d run -d --rm --name stuck --network none busybox sleep 100
	run d restart -s NOSUCH stuck
	[ "$status" -ne 0 ]
	d kill stuck
	for _ in $(seq 1500); do d inspect stuck >/dev/null 2>&1 || break; sleep 0.02; done
	not d inspect stuck
}

@test "a --rm container that has ended, or was never started, is removed by the engine's next start" {
	d create --rm --name never busybox true
	d run -d --rm --name ends --network none busybox sleep 0.3
	engine_kill
	sleep 0.5
	engine_start
	for _ in $(seq 1500); do [ -n "$(d ps -aq)" ] || break; sleep 0.02; done
	[ -z "$(d ps -aq)" ]
}

@test "rm -f of a container that ends in that moment removes it" {
	for i in $(seq 60); do
		d run -d --name "last$i" --network none busybox usleep $((RANDOM % 12000))
		d rm -f "last$i"
		not d inspect "last$i" 2>/dev/null
	done
}

@test "rm -f of a container that is started in that moment leaves none of its processes" {
	for i in $(seq 20); do
		d create --name "first$i" --network none busybox sleep 100
		d start "first$i" >/dev/null 2>&1 3>&- &
		d rm -f "first$i"
		wait $! || true
		not d inspect "first$i" 2>/dev/null
	done
	await no_shims
}

@test "kill and pause of a container that ends in that moment" {
	for i in $(seq 40); do
		d run -d --name "ending$i" --network none busybox usleep $((RANDOM % 12000))
		if [ $((i % 2)) -eq 0 ]; then
			run d pause "ending$i"
			[ "$status" -eq 0 ] || [[ $output = *'is not running'* ]]
			d unpause "ending$i" || true
		else
			run d kill "ending$i"
			[ "$status" -eq 0 ] || [[ $output = *'is not running'* ]]
		fi
		d wait "ending$i"
		[ "$(d inspect -f '{{.State.Status}}' "ending$i")" = exited ]
		d rm "ending$i"
	done
}

@test "who waits or is attached hears of each end, also of one that the policy restarts" {
	run d run --restart on-failure:2 --name again --network none busybox sh -c 'echo >>/n; echo "$(wc -l </n)"; exit $(wc -l </n)'
	[ "$status" -eq 1 ]
	[ "$output" = 1 ]
	for _ in $(seq 1500); do [ "$(d inspect -f '{{.RestartCount}} {{.State.ExitCode}}' again)" = '2 3' ] && break; sleep 0.02; done
	[ "$(d inspect -f '{{.RestartCount}} {{.State.ExitCode}} {{.State.Status}}' again)" = '2 3 exited' ]
	d rm again
	# The code is of the end that was waited for, although it runs again by the time of the answer.
	d run -d --restart always --name again --network none busybox sh -c '[ -e /again ] && exec sleep 100; touch /again; cat /dev/zero | head -c 99 >/dev/null; sleep 1; exit 7'
	[ "$(d wait again)" -eq 7 ]
	for _ in $(seq 1500); do [ "$(d inspect -f '{{.RestartCount}}' again)" -ne 1 ] || break; sleep 0.02; done
	[ "$(d inspect -f '{{.State.Running}}' again)" = true ]
	d rm -f again
	# A stop while it waits to be restarted is an end.
	d run -d --restart always --name always --network none busybox false
	d wait always >"$WORK/code" 3>&- &
	d stop -t 0 always
	wait $!
	grep -qxE "1|137" "$WORK/code" # it may run for a moment when it is stopped
	d rm -f always
	# And each end of one that has no policy.
	for code in 4 5; do
		run run_none busybox sh -c "exit $code"
		[ "$status" -eq "$code" ]
	done
}

@test "a terminal that nobody holds for a moment is there afterwards" {
	d run -d -t --name lets-go --network none busybox sh -c 'echo a; exec </dev/null >/dev/null 2>&1; sleep 0.3; echo b >/dev/console; sleep 60'
	for _ in $(seq 600); do d logs lets-go | grep -q b && break; sleep 0.05; done
	[ "$(d logs lets-go | tr -d '\r' | xargs)" = 'a b' ]
	# After a hang-up, as an init makes it, too.
	cat >"$WORK/hangup.c" <<-'C'
		#include <fcntl.h>
		#include <signal.h>
		#include <unistd.h>
		int main(void)
		{
			signal(SIGHUP, SIG_IGN);
			for (char text[] = "1\n"; *text < '4'; ++*text) {
				int fd = open("/dev/console", O_RDWR | O_NOCTTY);
				if (write(fd, text, 2) != 2)
					return 3;
				for (int i = 0; i < 3; i++)
					close(i);
				close(fd);
				usleep(100000);
				vhangup();
			}
			pause();
		}
	C
	gcc -static -o "$WORK/hangup" "$WORK/hangup.c"
	d run -d -t --name hangs-up --network none --cap-add SYS_TTY_CONFIG -v "$WORK/hangup:/hangup:ro" busybox /hangup
	for _ in $(seq 600); do d logs hangs-up | grep -q 3 && break; sleep 0.05; done
	[ "$(d logs hangs-up | tr -d '\r' | xargs)" = '1 2 3' ]
	[ "$(d exec -t lets-go sh -c 't=$(tty); echo c; exec </dev/null >/dev/null 2>&1; sleep 0.3; echo d >$t' | tr -d '\r' | xargs)" = 'c d' ]
	# It ends with its program all the same.
	[ "$(d run --rm -t --network none busybox echo end | tr -d '\r')" = end ]
	d rm -f lets-go hangs-up
}

@test "a terminal has its size before its program runs" {
	config='"Image": "busybox", "Tty": true, "Cmd": ["stty", "size"]'
	id=$(post_json /containers/create "{$config, \"HostConfig\": {\"NetworkMode\": \"none\", \"ConsoleSize\": [33, 99]}}" | jq -r .Id)
	d start "$id"
	d wait "$id"
	[ "$(d logs "$id" | tr -d '\r')" = '33 99' ]
	d rm "$id"
	d run -d --name sized --network none busybox sleep 100
	for at in create start; do
		size='"ConsoleSize": [44, 88]'
		id=$(post_json /containers/sized/exec "{\"AttachStdout\": true, \"Tty\": true, \"Cmd\": [\"stty\", \"size\"]$([ "$at" = start ] || echo ", $size")}" | jq -r .Id)
		post_json "/exec/$id/start" "{\"Tty\": true$([ "$at" = create ] || echo ", $size")}" | grep -q '44 88'
	done
	d rm -f sized
}

@test "an exec that meets the end of its container is told so, and is not said to have run" {
	for i in $(seq 40); do
		d run -d --name "gone$i" --network none busybox usleep $((RANDOM % 12000 + 3000))
		run d exec "gone$i" echo ran
		echo "$status: $output"
		case $status in
		0) [ "$output" = ran ] ;;
		1) [[ $output = *'is not running'* || $output = *'No such exec instance'* || $output = *'received 404' ]] ;; # as a client of 2020 says it
		*) [ "$status" -eq 126 ] || [ "$status" -eq 137 ] ;;
		esac
		d rm -f "gone$i"
	done
}

@test "rm -f: its end is told before its removal" {
	since=$(date +%s.%N)
	for i in $(seq 12); do d run -d --name told$i --network none busybox sleep 1000; done
	for i in $(seq 12); do d rm -f told$i; done
	d events --since "$since" --until "$(date +%s.%N)" --filter event=die --filter event=destroy --format '{{.Actor.Attributes.name}} {{.Action}}' | sort -s -k1,1 >"$WORK/told"
	[ "$(grep -c die "$WORK/told")" -eq 12 ]
	[ "$(awk '{ print $2 }' "$WORK/told" | paste -d' ' - - | sort -u)" = "die destroy" ]
}

@test "exec: the stream begins right behind the answer's head, in however many pieces that comes" {
	for how in bytes cut; do
		python3 "$BATS_TEST_DIRNAME/head.py" "$WORK/$how.sock" "$how" >/dev/null 3>&- &
		pid=$!
		for _ in $(seq 600); do [ ! -S "$WORK/$how.sock" ] || break; sleep 0.05; done
		run env DOCKER_HOST="unix://$WORK/$how.sock" timeout 60 "$BUILD/berth" exec c true
		kill "$pid"
		if [ "$how" = cut ]; then
			[ "$status" -eq 1 ]
			[[ $output = *'the engine closed the connection'* ]]
		else
			[ "$status" -eq 0 ]
			[ "$output" = right ]
		fi
	done
}
