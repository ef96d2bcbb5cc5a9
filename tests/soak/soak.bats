# make soak: many containers, one after another and at once; afterwards the engine is as small as it was.
load ../lib/engine
load ../lib/inventory
setup_file() { file_setup; }
teardown_file() { file_teardown; }

memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$WORK/pid")/status"; }
descriptors() { ls "/proc/$(cat "$WORK/pid")/fd" | wc -l; }
disk_kb() { du -sk "$WORK/data" | cut -f1; }

# COUNT containers by four clients, created and started; each is removed at once, or all are kept and removed at the end.
herd() { # count, "each" or "all", network
	PYTHONPATH=$ROOT/tests/lib python3 - "$WORK/b.sock" "$@" <<'P'
import sys, threading, time
from unix_api import Api
path, count, how, network = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
failures, names, lock = [], iter(range(count)), threading.Lock()
def client():
    api = Api(path, timeout=120)
    def ask(method, target, body=None):
        status, text = api.ask(method, target, body)
        if status >= 400: failures.append((method, target, status, text[:200]))
    while True:
        with lock:
            i = next(names, None)
        if i is None: return
        ask("POST", f"/containers/create?name=soak{i}", {"Image": "busybox", "Cmd": ["sleep", "1000"], "StopSignal": "KILL", "HostConfig": {"NetworkMode": network}})
        ask("POST", f"/containers/soak{i}/start")
        if how == "each": ask("DELETE", f"/containers/soak{i}?force=1")
def run():
    threads = [threading.Thread(target=client) for _ in range(4)]
    [t.start() for t in threads]; [t.join() for t in threads]
began = time.time(); run()
print(f"# {count} containers on {network}: {time.time() - began:.1f} s", file=sys.stderr)
if failures: print(failures[:5]); sys.exit(1)
P
}

@test "10,000 containers started and removed: memory, descriptors and disk as before" {
	herd 300 each none
	herd 100 each bridge
	nothing_left
	before=$(memory_kb) fds=$(descriptors) disk=$(disk_kb)
	herd "${SOAK_COUNT:-9000}" each none 2>&3
	herd $((${SOAK_COUNT:-9000} / 9)) each bridge 2>&3
	nothing_left
	# Folders are deleted in the background.
	for _ in $(seq 600); do [ -z "$(ls -A "$WORK/data/trash")" ] && break; sleep 0.1; done
	du -sk "$WORK"/data/* | sed 's/^/# /' >&3
	echo "# memory $before kB, then $(memory_kb) kB; descriptors $fds, then $(descriptors); disk $disk kB, then $(disk_kb) kB" >&3
	[ "$(memory_kb)" -lt $((before + 4096)) ]
	[ "$(descriptors)" -le $((fds + 8)) ]
	[ "$(disk_kb)" -lt $((disk + 8192)) ]
}

@test "1,000 containers at once" {
	before=$(memory_kb) fds=$(descriptors)
	herd 1000 all none 2>&3
	[ "$(d ps -q | wc -l)" -eq 1000 ]
	ms=$(api_ms http://b/_ping)
	[ "$ms" -lt 100 ]
	echo "# with 1,000: memory $(memory_kb) kB, descriptors $(descriptors)" >&3
	began=$(date +%s%N)
	engine_kill
	engine_start
	echo "# restart with 1,000 running: $((($(date +%s%N) - began) / 1000000)) ms" >&3
	[ "$(d ps -q | wc -l)" -eq 1000 ]
	"$BUILD/berth" ps -aq | xargs -n 50 "$BUILD/berth" rm -f >/dev/null
	nothing_left
	[ "$(descriptors)" -le $((fds + 8)) ]
}
