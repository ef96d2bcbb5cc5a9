load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# Debian's docker-py and its python, whatever else is installed.
py() { timeout -s KILL 60 /usr/bin/python3 -c "
import docker, io, tarfile
client = docker.from_env()
$1"; }

@test "docker-py: run, logs, exit codes, errors" {
	py '
assert client.ping()
assert client.containers.run("busybox", "echo hello", network_mode="none", remove=True) == b"hello\n"
try:
    client.containers.run("busybox", ["sh", "-c", "echo bad >&2; exit 3"], network_mode="none", remove=True)
    raise SystemExit("no error")
except docker.errors.ContainerError as e:
    assert e.exit_status == 3 and b"bad" in e.stderr, e
try:
    client.containers.get("nothing-here")
    raise SystemExit("no error")
except docker.errors.NotFound as e:
    assert "No such container" in e.explanation
'
}

@test "docker-py: a life of a container" {
	py '
c = client.containers.create("busybox", ["sh", "-c", "for i in 1 2 3; do echo $i; done; sleep 100"], name="life", network_mode="none",
    labels={"a": "b"}, environment={"X": "y"}, mem_limit="32m", volumes={"py-vol": {"bind": "/data", "mode": "rw"}})
assert c.status == "created"
c.start(); c.reload()
assert c.status == "running" and c.labels == {"a": "b"}
assert [x.name for x in client.containers.list(filters={"label": "a=b"})] == ["life"]
code, out = c.exec_run(["sh", "-c", "echo $X; exit 4"])
assert code == 4 and out == b"y\n", (code, out)
code, (out, err) = c.exec_run(["sh", "-c", "echo o; echo e >&2"], demux=True)
assert (out, err) == (b"o\n", b"e\n")
assert c.logs(tail=2) == b"2\n3\n"
assert any("sleep" in " ".join(p) for p in c.top()["Processes"])
c.pause(); c.reload(); assert c.status == "paused"
c.unpause()
c.update(mem_limit="64m", memswap_limit="64m"); c.reload()
assert c.attrs["HostConfig"]["Memory"] == 64 << 20
c.rename("life2"); c.restart(timeout=0); c.stop(timeout=0)
assert c.wait()["StatusCode"] == 137
c.remove(v=True)
client.volumes.get("py-vol").remove()
'
}

@test "docker-py: attach streams, sockets and events" {
	py '
c = client.containers.run("busybox", ["sh", "-c", "read x; echo got $x"], network_mode="none", stdin_open=True, detach=True)
s = c.attach_socket(params={"stdin": 1, "stream": 1})
s._sock.sendall(b"word\n")
c.wait()
assert c.logs() == b"got word\n"
c.remove()
import time
end = time.time()
actions = [e["Action"] for e in client.events(since=int(end) - 60, until=int(end) + 1, decode=True, filters={"container": c.id})]
assert actions[0] == "create" and "die" in actions and actions[-1] == "destroy", actions
'
}

@test "docker-py: images in and out" {
	py '
image = client.images.get("busybox")
assert image.tags == ["busybox:latest"]
image.tag("copy", "1")
data = b"".join(client.images.get("copy:1").save(named="copy:1"))
client.images.remove("copy:1")
loaded = client.images.load(data)
assert loaded[0].tags and "copy:1" in loaded[0].tags, loaded[0].tags
assert client.images.prune()["SpaceReclaimed"] == 0
client.images.remove("copy:1")
assert client.df()["LayersSize"] > 0 and client.info()["Images"] == 1
'
}
