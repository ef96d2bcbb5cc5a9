load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A layer tar of python's making, imported: prints the exit code.
import_tar() { python3 - "$WORK/evil.tar" "$@" <<'P' && d import "$WORK/evil.tar" evil:1
import io, sys, tarfile
out = tarfile.open(sys.argv[1], "w")
for spec in sys.argv[2:]:
    kind, name, target = (spec.split("|") + [""])[:3]
    info = tarfile.TarInfo(name)
    info.type = {"f": tarfile.REGTYPE, "s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "d": tarfile.DIRTYPE}[kind]
    if kind == "f":
        info.size = 3
        out.addfile(info, io.BytesIO(b"bad"))
    else:
        info.linkname = target
        out.addfile(info)
out.close()
P
}

@test "CVE-2014-6407, CVE-2018-15664: no entry of an archive leaves its folder" {
	echo good >"$WORK/victim"
	import_tar "s|link|$WORK" "f|link/victim" || true
	import_tar "f|../../../../../../../../$WORK/victim" || true
	import_tar "h|hard|../../../../../../../..$WORK/victim" "f|hard" || true
	import_tar "s|a|/" "s|a/b|$WORK" "f|a/b/victim" || true
	import_tar "d|$WORK" "f|$WORK/.wh.victim" || true
	[ "$(cat "$WORK/victim")" = good ]
}

@test "CVE-2014-9356, CVE-2014-9358: names and digests of an archive never become paths" {
	mkdir -p "$WORK/m"
	echo '[{"Config":"../../../../etc/passwd","RepoTags":["x:y"],"Layers":["../../../../etc/shadow"]}]' >"$WORK/m/manifest.json"
	run d load -i <(tar -C "$WORK/m" -c .)
	[ "$status" -ne 0 ]
	echo '{"schemaVersion":2,"manifests":[{"digest":"sha256:../../../../etc/passwd","mediaType":"x","size":1}]}' >"$WORK/m/index.json"
	rm "$WORK/m/manifest.json"
	run d load -i <(tar -C "$WORK/m" -c .)
	[ "$status" -ne 0 ]
	[[ $output == *'invalid digest'* ]]
}

@test "CVE-2016-9962: no descriptor of the host in container or exec" {
	exec 77</etc/passwd
	[ "$(run_none busybox sh -c 'ls /proc/self/fd | wc -l')" -eq 4 ]
	d run -d --name fds --network none busybox sleep 100
	[ "$(d exec fds sh -c 'ls /proc/self/fd | wc -l')" -eq 4 ]
	d rm -f fds
	exec 77<&-
}

@test "CVE-2024-21626: no working directory leads out by way of a descriptor" {
	d run -d --name cwd --network none busybox sleep 100
	for fd in $(seq 3 40); do
		run d exec -w "/proc/self/fd/$fd" cwd true
		[ "$status" -ne 0 ]
	done
	run run_none -w /proc/self/fd/9 busybox true
	[ "$status" -ne 0 ]
	d rm -f cwd
}

@test "CVE-2016-8867, CVE-2022-24769: inheritable and ambient sets are empty" {
	[ "$(run_none busybox sh -c 'grep -E "CapInh|CapAmb" /proc/self/status' | tr -d '\t' | xargs)" = 'CapInh:0000000000000000 CapAmb:0000000000000000' ]
	[ "$(run_none -u 1000 busybox sh -c 'grep -E "CapEff|CapPrm" /proc/self/status' | tr -d '\t' | xargs)" = 'CapPrm:0000000000000000 CapEff:0000000000000000' ]
}

@test "CVE-2017-16539, CVE-2018-10892: the kernel's windows are masked or read-only" {
	run_none busybox sh -c 'for f in kcore keys timer_list latency_stats sched_debug; do [ ! -e /proc/$f ] || [ -z "$(head -c1 /proc/$f 2>/dev/null)" ] || exit 1; done
		for d in /proc/acpi /proc/scsi /proc/asound /sys/firmware /sys/devices/virtual/powercap; do [ ! -d $d ] || [ -z "$(ls $d)" ] || exit 2; done'
	run run_none busybox sh -c 'echo 1 >/proc/sys/kernel/msgmax'
	[ "$status" -ne 0 ]
	run run_none busybox sh -c 'echo h >/proc/sysrq-trigger'
	[ "$status" -ne 0 ]
}

@test "CVE-2019-5736: the runtime's program cannot be overwritten from inside" {
	before=$(sha256sum "$BUILD/berth-shim")
	run_none --init busybox sh -c 'cat /proc/1/exe >/dev/null; echo x >/proc/1/exe' || true
	[ "$before" = "$(sha256sum "$BUILD/berth-shim")" ]
	# It is a sealed copy that runs, not the file.
	d run -d --name sealed --network none --init busybox sleep 100
	pid=$(d inspect -f '{{.State.Pid}}' sealed)
	[ "$(readlink "/proc/$pid/exe")" = '/memfd:berth-shim (deleted)' ]
	[ "$(readlink "/proc/$(ps -o ppid= -p "$pid" | xargs)/exe")" = '/memfd:berth-shim (deleted)' ]
	d rm -f sealed
}

@test "CVE-2019-19921, CVE-2023-27561: a symlink for /proc is not followed out" {
	mkdir "$WORK/sly"
	tar -C "$WORK/sly" -xf "$WORK/busybox.tar"
	ln -s tmp "$WORK/sly/proc"
	tar -C "$WORK/sly" -c . | d import - sly:1
	run run_none sly:1 true
	[ "$status" -eq 125 ]
	[[ $output == *'cannot mask /proc/'* ]]
}

@test "CVE-2020-15257: the shim's socket has mode 0600 and is no abstract one" {
	d run -d --name sock --network none busybox sleep 100
	id=$(d inspect -f '{{.Id}}' sock)
	[ "$(stat -c %a "$WORK/exec/$id/shim.sock")" = 600 ]
	[ -z "$(grep '@.*berth' /proc/net/unix)" ]
	# Were its path open to all, the shim would still ask who comes.
	chmod 777 "$WORK" "$WORK/exec" "$WORK/exec/$id" "$WORK/exec/$id/shim.sock"
	run setpriv --reuid 65534 --clear-groups /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(3); s.connect(sys.argv[1])
try:
    print("closed" if s.recv(10) == b"" else "answered")
except TimeoutError: print("kept")
except OSError: print("closed")' "$WORK/exec/$id/shim.sock"
	chmod 700 "$WORK" "$WORK/exec/$id"; chmod 711 "$WORK/exec"
	[ "$output" = closed ] || { echo "$output"; false; }
	d rm -f sock
}

@test "CVE-2021-21284, CVE-2021-41091: the data root is 0710, what lies in it 0700" {
	[ "$(stat -c %a "$WORK/data")" = 710 ]
	for folder in layers containers blobs volumes tmp; do [ "$(stat -c %a "$WORK/data/$folder")" = 700 ]; done
	[ "$(stat -c %a "$WORK/b.sock")" = 660 ]
}

@test "CVE-2022-0492: cgroup mounts are read-only, in a namespace of their own" {
	[ -z "$(run_none busybox sh -c 'grep -E "^cgroup2? " /proc/mounts | grep -v " ro,"')" ]
	[ "$(run_none busybox readlink /proc/self/ns/cgroup)" != "$(readlink /proc/self/ns/cgroup)" ]
}

@test "CVE-2024-45310: nothing outside the root is made when a mount is prepared" {
	import_tar "s|out|$WORK" "d|bin" || true
	run d run --rm --network none -v "$WORK/config:/out/made/here" evil:1 true
	[ ! -e "$WORK/made" ]
	[ ! -e /out ]
}

@test "a second engine on the same data root or socket is refused" {
	run timeout 5 "$BUILD/berthd" -H "unix://$WORK/other.sock" --data-root "$WORK/data" --exec-root "$WORK/e2" --config-file /dev/null
	[ "$status" -eq 1 ]
	[[ $output == *'another berthd uses'* ]]
	run timeout 5 "$BUILD/berthd" -H "unix://$WORK/b.sock" --data-root "$WORK/d3" --exec-root "$WORK/e3" --config-file /dev/null
	[ "$status" -eq 1 ]
	[[ $output == *'another engine listens'* ]]
	[ "$(api http://b/_ping)" = OK ]
}
