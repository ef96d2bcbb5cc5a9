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

@test "docker-py: addresses where its users read them, whichever version the engine tells of" {
	py '
c = client.containers.run("busybox", ["sleep", "60"], detach=True, mac_address="02:42:ac:11:00:0a")
c.reload()
settings = c.attrs["NetworkSettings"]
assert settings["MacAddress"] == "02:42:ac:11:00:0a" and settings["IPAddress"] == settings["Networks"]["bridge"]["IPAddress"], settings
assert c.attrs["HostConfig"]["Runtime"] == "runc" and c.attrs["HostConfig"]["Dns"] is None
c.remove(force=True)
assert set(client.api.df()) >= {"LayersSize", "Images", "Containers", "Volumes"}
'
}

@test "docker-py: networks by address pools, aliases, links and both families" {
	py '
from docker.types import IPAMConfig, IPAMPool
api = client.api
pool = lambda **k: IPAMConfig(driver="default", pool_configs=[IPAMPool(**k)])
four = client.networks.create("py-four", ipam=pool(subnet="172.28.0.0/16", iprange="172.28.5.0/24", gateway="172.28.5.254", aux_addresses={"a": "172.28.1.5"}))
assert four.attrs["IPAM"]["Config"] == [{"Subnet": "172.28.0.0/16", "IPRange": "172.28.5.0/24", "Gateway": "172.28.5.254", "AuxiliaryAddresses": {"a": "172.28.1.5"}}]
# A pool of IPv6 in a network without it: an address of it is kept, and means nothing.
six = client.networks.create("py-six", ipam=pool(subnet="2001:389::/64"))
both = client.networks.create("py-both", enable_ipv6=True, ipam=pool(subnet="2001:38a::/64"))
made = [client.containers.get(api.create_container("busybox", "top", host_config=api.create_host_config(network_mode=name),
    networking_config=api.create_networking_config({name: api.create_endpoint_config(ipv6_address=address)}))["Id"])
    for name, address in (("py-six", "2001:389::f00d"), ("py-both", "2001:38a::f00d"))]
for c in made:
    c.start(); c.reload()
assert [list(c.attrs["NetworkSettings"]["Networks"].values())[0]["GlobalIPv6Address"] for c in made] == ["", "2001:38a::f00d"]
four.connect(made[0], aliases=["foo", "bar"], ipv4_address="172.28.5.24")
four.connect(made[1], links=[(made[0].name, "linked")])
code, out = made[1].exec_run(["nslookup", "linked"])
assert code == 0 and b"172.28.5.24" in out, out
try:
    four.connect(made[0])
    raise SystemExit("no error")
except docker.errors.APIError as e:
    assert e.response.status_code == 403 and "already exists" in e.explanation, e
four.disconnect(made[1])
assert list(api.inspect_network(four.id)["Containers"]) == [made[0].id]
for c in made:
    c.remove(force=True)
assert set(client.networks.prune()["NetworksDeleted"]) == {"py-four", "py-six", "py-both"}
assert client.networks.prune() == {"NetworksDeleted": None}
'
}

@test "docker-py: builds with arguments, hosts and targets; what a step says" {
	py '
image, lines = client.images.build(fileobj=io.BytesIO(b"FROM busybox AS one\nARG word\nRUN cat /etc/hosts; echo $word\nFROM one AS two\nRUN exit 7\n"),
    buildargs={"word": "said"}, extra_hosts={"far": "192.0.2.1", "near": "192.0.2.2"}, network_mode="none", target="one", tag="py-built", rm=True, labels={"l": "1"})
text = "".join(line.get("stream", "") for line in lines)
assert "192.0.2.1\tfar" in text and "192.0.2.2\tnear" in text and "said\n" in text and "Successfully tagged py-built:latest" in text, text
assert image.labels == {"l": "1"} and image.tags == ["py-built:latest"]
try:
    client.images.build(fileobj=io.BytesIO(b"FROM py-built\nRUN exit 7\n"), network_mode="none")
    raise SystemExit("no error")
except docker.errors.BuildError as e:
    assert "returned a non-zero code: 7" in e.msg, e.msg
client.images.remove("py-built")
try:
    last = list(client.images.push("py-nothing", stream=True, decode=True))[-1]
    assert last["error"] == "An image does not exist locally with the tag: py-nothing", last
except docker.errors.APIError as e:
    raise SystemExit(e)
'
}
