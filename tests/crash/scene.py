"""An engine in a network namespace of its own, operations to kill it in, and an inventory of what must not be left then: mounts,
shims, cgroups, links, rules, files, rows. Arguments of the program: BUILD [STEP [WORDS]]."""
import contextlib, glob, hashlib, http.client, io, json, os, re, shutil, signal, sqlite3, subprocess, sys, tarfile, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from unix_api import Api

build = os.path.abspath(sys.argv[1])
step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
words = sys.argv[3:]
program = f"{build}/berthd"
root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
work = tempfile.mkdtemp(prefix="/tmp/berth-crash.")
netns = f"bt-crash-{os.getpid()}"
slowest_start = 0.0
engines = []


def ask(method, path, body=None, type="application/json"):
    """Status and body; 0 where the engine went away."""
    try:
        return Api(f"{work}/b.sock", timeout=20).ask(method, path, body, type)
    except (OSError, http.client.HTTPException):
        return 0, b""


def ok(method, path, body=None, type="application/json"):
    status, text = ask(method, path, body, type)
    if status >= 400 or status == 0:
        raise RuntimeError(f"{method} {path}: {status} {text[:200]}")
    return json.loads(text) if text[:1] in (b"{", b"[") and b"\n{" not in text else text


class Engine:
    def __init__(self, kill_at=None):
        global slowest_start
        # By env(1), as the killer is for berthd alone.
        killer = ["env", f"LD_PRELOAD={work}/killer.so", f"KILL_AT={kill_at}", f"KILL_LOG={work}/points"] if kill_at is not None else []
        began = time.time()
        with open(f"{work}/log", "ab") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{netns}", *killer, program, "-H", f"unix://{work}/b.sock", "--data-root", f"{work}/data", "--exec-root",
                 f"{work}/exec", "--config-file", f"{work}/daemon.json", "--cgroup-parent", f"/crash-{os.getpid()}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        engines.append(self.process)
        while ask("GET", "/_ping")[0] != 200:
            if self.process.poll() is not None or time.time() - began > 10:
                raise RuntimeError("the engine does not start: " + open(f"{work}/log").read()[-600:])
            time.sleep(0.002)
        slowest_start = max(slowest_start, time.time() - began)

    def arm(self):
        self.process.send_signal(signal.SIGUSR2)
        time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()
        engines.remove(self.process)


def tar_of(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            text = text if isinstance(text, bytes) else text.encode()
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    return buffer.getvalue()


def layout_of(name):
    """An OCI layout with an index of two platforms, each with a layer of its own."""
    blobs, manifests = {}, []

    def add(content, kind, **more):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content), **more}

    for architecture in ("amd64", "arm64"):
        layer = add(tar_of({architecture: "x" * 3000}), "layer.v1.tar")
        config = add({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}, "config.v1+json")
        manifests.append(add({"schemaVersion": 2, "config": config, "layers": [layer]}, "manifest.v1+json", platform={"os": "linux", "architecture": architecture}))
    index = add({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}, "index.v1+json",
                annotations={"io.containerd.image.name": f"docker.io/library/{name}"})
    blobs["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [index]}).encode()
    blobs["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return tar_of(blobs)


def create(name="cc", network="none", command=("sleep", "100"), **host):
    return ok("POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": command, "StopSignal": "KILL",
              "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/v": {}}, "HostConfig": {"NetworkMode": network, **host}})


PORTS = {"PortBindings": {"80/tcp": [{"HostPort": "8099"}]}}
SERVED = {**PORTS, "command": ("httpd", "-f", "-p", "80", "-h", "/")}
context = tar_of({"Dockerfile": "FROM busybox\nRUN echo a >/a\nCOPY x /x\nRUN rm /a\n", "x": "x"})
# Each: what is done first, undisturbed; and what is done while the engine is killed.
OPERATIONS = {
    "create": (lambda: None, lambda: create()),
    "start": (lambda: create(), lambda: ok("POST", "/containers/cc/start")),
    "start on a network, with a port": (lambda: create(network="net", **PORTS), lambda: ok("POST", "/containers/cc/start")),
    "exec": (lambda: (create(), ok("POST", "/containers/cc/start")), lambda: ok("POST", "/exec/%s/start" % ok("POST", "/containers/cc/exec", {"Cmd": ["true"]})["Id"], {"Detach": True})),
    "stop": (lambda: (create(network="net", **PORTS), ok("POST", "/containers/cc/start")), lambda: ok("POST", "/containers/cc/stop?t=0")),
    "remove": (lambda: create(), lambda: ok("DELETE", "/containers/cc?v=1")),
    "remove while it runs": (lambda: (create(network="net", **PORTS), ok("POST", "/containers/cc/start")), lambda: ok("DELETE", "/containers/cc?force=1&v=1")),
    "commit": (lambda: (create(), ok("PUT", "/containers/cc/archive?path=/", tar_of({"new": "new"}), "application/x-tar")), lambda: ok("POST", "/commit?container=cc&repo=made&tag=1")),
    "tag": (lambda: None, lambda: ok("POST", "/images/busybox/tag?repo=other&tag=2")),
    "import": (lambda: None, lambda: ok("POST", "/images/create?fromSrc=-&repo=imported", image_tar, "application/x-tar")),
    "load": (lambda: None, lambda: ok("POST", "/images/load", saved, "application/x-tar")),
    "load an index": (lambda: None, lambda: ok("POST", "/images/load", layout_of("indexed:1"), "application/x-tar")),
    "layer of a backup": (lambda: create(), lambda: ok("PUT", "/containers/cc/layer", tar_of({"new": "new"}), "application/x-tar")),
    "pull": (lambda: None, lambda: ok("POST", f"/images/create?fromImage={registry}/busybox&tag=latest")),
    "remove an image": (lambda: ok("POST", "/images/load", saved, "application/x-tar"), lambda: ok("DELETE", "/images/loaded:1?force=1")),
    "build": (lambda: None, lambda: ok("POST", "/build?t=built&networkmode=none&nocache=1", context, "application/x-tar")),
    "prune": (lambda: (create("pp"), ok("POST", "/volumes/create", {"Name": "pv"}), ok("POST", "/images/load", saved, "application/x-tar"), ok("DELETE", "/images/loaded:1?noprune=1")),
              lambda: (ok("POST", "/containers/prune"), ok("POST", "/volumes/prune?filters=%7B%22all%22:[%22true%22]%7D"), ok("POST", "/images/prune?filters=%7B%22dangling%22:[%22false%22],%22label%22:[%22no=such%22]%7D"), ok("POST", "/build/prune?all=1"))),
    "volume": (lambda: None, lambda: (ok("POST", "/volumes/create", {"Name": "vv"}), ok("DELETE", "/volumes/vv"))),
    "volume that is mounted": (lambda: (ok("POST", "/volumes/create", {"Name": "mv", "DriverOpts": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,private"}}), create(Binds=["mv:/bin2", "mv:/m"])),
                               lambda: (ok("POST", "/containers/cc/start"), ok("POST", "/containers/cc/stop?t=0"), ok("DELETE", "/containers/cc?v=1"), ok("DELETE", "/volumes/mv"))),
    "connect": (lambda: (create(network="bridge", **SERVED), ok("POST", "/containers/cc/start")), lambda: ok("POST", "/networks/net/connect", {"Container": "cc", "EndpointConfig": {"GwPriority": 1}})),
    "connect where ports are local": (lambda: (create(network="bridge", **SERVED), ok("POST", "/containers/cc/start")), lambda: ok("POST", "/networks/near/connect", {"Container": "cc", "EndpointConfig": {"GwPriority": 1}})),
    "disconnect": (lambda: (create(network="net", **SERVED), ok("POST", "/containers/cc/start"), ok("POST", "/networks/bridge/connect", {"Container": "cc"})), lambda: ok("POST", "/networks/net/disconnect", {"Container": "cc"})),
    "disconnect where ports are local": (lambda: (create(network="near", **SERVED), ok("POST", "/containers/cc/start"), ok("POST", "/networks/bridge/connect", {"Container": "cc"})), lambda: ok("POST", "/networks/near/disconnect", {"Container": "cc"})),
    "publish another port": (lambda: (create(network="net", **SERVED), ok("POST", "/containers/cc/start")), lambda: ok("POST", "/containers/cc/update", {"PublishAdd": {"80/tcp": [{"HostPort": "8098"}]}, "PublishRm": {"80/tcp": [{"HostPort": "8099"}]}})),
    "network": (lambda: None, lambda: (ok("POST", "/networks/create", {"Name": "n2"}), ok("DELETE", "/networks/n2"))),
    "network on a parent of its own": (lambda: None, lambda: (ok("POST", "/networks/create", {"Name": "n2", "Driver": "macvlan"}), ok("DELETE", "/networks/n2"))),
    "connect and disconnect of macvlan": (lambda: (ok("POST", "/networks/create", {"Name": "n2", "Driver": "macvlan"}), create(network="bridge", **SERVED), ok("POST", "/containers/cc/start")),
                                          lambda: (ok("POST", "/networks/n2/connect", {"Container": "cc", "EndpointConfig": {"GwPriority": 1}}), ok("POST", "/networks/n2/disconnect", {"Container": "cc"}))),
    "volume that is filled": (lambda: None, lambda: (create(Binds=["pv:/etc:ro"]), ok("POST", "/containers/cc/start"))),
}


def lines(command):
    return subprocess.run(["nsenter", f"--net=/run/netns/{netns}", *command], stdout=subprocess.PIPE, text=True).stdout.splitlines()


def shims():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{pid}/comm").read().strip() == "berth-shim" and os.readlink(f"/proc/{pid}/fd/2") == f"{work}/log":
                found.append(pid)
        except OSError:
            pass
    return found


def leftovers():
    """What must not be there once every container is removed."""
    left = [line.split()[1] for line in open("/proc/mounts") if work in line]
    left += [f"shim {pid}" for pid in shims()]
    left += [path for path in glob.glob(f"/sys/fs/cgroup/*/crash-{os.getpid()}/*/") + glob.glob(f"/sys/fs/cgroup/crash-{os.getpid()}/*/")]
    left += [line for line in lines(["ip", "-o", "link"]) if "veth" in line or "@if" in line]
    left += [line.strip() for line in lines(["nft", "list", "ruleset"]) if re.search(r"elements = |809[89]", line)]
    left += glob.glob(f"{work}/data/containers/*") + glob.glob(f"{work}/data/tmp/*") + [p for p in glob.glob(f"{work}/exec/*/") if re.search(r"/[0-9a-f]{64}/$", p)]
    # The engine locks its database: a copy is read.
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{work}/data/state.db{suffix}", f"{work}/copy.db{suffix}")
    database = sqlite3.connect(f"{work}/copy.db")
    left += [f"row of {table}" for table in ("containers", "endpoints", "volume_uses") if database.execute(f"select count(*) from {table}").fetchone()[0]]
    known = {str(row[0]) for row in database.execute("select number from layers")}
    left += [f"layers/{name} has no row" for name in os.listdir(f"{work}/data/layers") if name not in known and name != "empty"]
    left += [f"layer {number} has no folder" for number in known if not os.path.isdir(f"{work}/data/layers/{number}")]
    volumes = {row[0] for row in database.execute("select name from volumes")}
    left += [f"volumes/{name} has no row" for name in os.listdir(f"{work}/data/volumes") if name not in volumes]
    blobs = {row[0] for row in database.execute("select substr(blob, 8) from layers union select substr(id, 8) from images")}
    left += [f"blobs/{name} has no row" for name in os.listdir(f"{work}/data/blobs") if name not in blobs]
    database.close()
    return left


def check_links(name):
    """What a running container has of its networks is what is told of it: links, addresses, a default route and ports."""
    state = ok("GET", f"/containers/{name}/json")
    networks = state["NetworkSettings"]["Networks"]
    there = subprocess.run(["nsenter", "-t", str(state["State"]["Pid"]), "-n", "sh", "-c", "ip -o -4 addr show scope global; ip route; ip -o link"], stdout=subprocess.PIPE, text=True).stdout
    told = sorted(network["IPAddress"] for network in networks.values())
    if told != sorted(re.findall(r" inet ([0-9.]+)", there)) or len(told) != there.count("link/ether"):
        raise RuntimeError(f"told are {told}, there is {there}")
    veths = [line for line in lines(["ip", "-o", "link"]) if "veth" in line]
    # One of macvlan has no end on the host's side.
    bridged = [name for name in networks if ok("GET", f"/networks/{name}")["Driver"] == "bridge"]
    if len(veths) != len(bridged):
        raise RuntimeError(f"{bridged} are on bridges, but there is {veths}")
    route = re.findall(r"default via ([0-9.]+)", there)
    if told and route[:1] not in [[network["Gateway"]] for network in networks.values()]:
        raise RuntimeError(f"the default route is {route}, of {networks}")
    ports = [line for line in lines(["nft", "list", "ruleset"]) if re.search("809[89]", line)]
    if len(told) > 0 and not any(f" {address} " in line for line in ports for address in told):
        raise RuntimeError(f"ports: {ports}, addresses: {told}")


def answers(address):
    return lines(["curl", "-gs", "-o", "/dev/null", "--max-time", "2", "-w", "%{http_code}", f"http://{address}/"]) == ["404"]


def check_ports(name):
    """What is told to be published is reached by either family, and nothing else is: the firewall forwards IPv4, the shim [::1]."""
    state = ok("GET", f"/containers/{name}/json")
    if "httpd" not in state["Config"]["Cmd"]:
        return
    told = {(one["HostIp"], one["HostPort"]) for one in state["NetworkSettings"]["Ports"].get("80/tcp") or []}
    if not told:
        raise RuntimeError("no port is published")
    for port in ("8098", "8099"):
        for address, any in (("127.0.0.1", "0.0.0.0"), ("[::1]", "::")):
            wanted, limit = bool({(any, port), (address, port)} & told), time.time() + 30
            while answers(f"{address}:{port}") != wanted:
                if time.time() > limit:
                    raise RuntimeError(f"{address}:{port} answers: {not wanted}, published are {told}")
                time.sleep(0.02)


def check_running():
    """A container that was connected, or disconnected, can be connected again."""
    for container in ok("GET", "/containers/json"):
        if set(container["NetworkSettings"]["Networks"]) <= {"none"}:
            continue
        check_links(container["Id"])
        check_ports(container["Id"])
        status, text = ask("POST", "/networks/net/connect", {"Container": container["Id"]})
        if status != 200 and b"already exists in network" not in text:
            raise RuntimeError(f"connect: {status} {text}")
        check_links(container["Id"])
        check_ports(container["Id"])


def check():
    """After a crash and a restart: what is shown is whole, and can be used and removed; then nothing is left."""
    check_running()
    for image in ok("GET", "/images/json?all=1"):
        ok("GET", f"/images/{image['Id']}/json")
    for container in ok("GET", "/containers/json?all=1"):
        ok("GET", f"/containers/{container['Id']}/json")
        status, text = ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        if status not in (204, 404, 409):
            raise RuntimeError(f"remove: {status} {text}")
    for name in ("vv", "pv", "mv"):
        ask("DELETE", f"/volumes/{name}?force=1")
    ask("DELETE", "/networks/n2")
    for name in ("imported", "made:1", "built", "other:2", "loaded:1", "indexed:1", f"{registry}/busybox"):
        ask("DELETE", f"/images/{name}?force=1")
    for attempt in range(150):
        left = leftovers()
        if not left:
            return
        time.sleep(0.02)
    raise RuntimeError(f"left behind: {left[:6]}")


def fill_registry():
    """A registry with an image to pull; its process."""
    global registry
    with open(f"{work}/registry.yml", "w") as file:
        file.write(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {work}/registry}}}}\nhttp: {{addr: 127.0.0.1:5005}}\n")
    serving = subprocess.Popen(["nsenter", f"--net=/run/netns/{netns}", "docker-registry", "serve", f"{work}/registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    registry = "127.0.0.1:5005"
    ok("POST", f"/images/create?fromSrc=-&repo={registry}/busybox", image_tar, "application/x-tar")
    for _ in range(100):
        if b'"error"' not in ask("POST", f"/images/{registry}/busybox/push?tag=latest")[1]:
            break
        time.sleep(0.05)
    ok("DELETE", f"/images/{registry}/busybox?force=1")
    return serving


@contextlib.contextmanager
def stage():
    """The network namespace, and a data root with an image and a network; no engine runs. Everything goes at the end."""
    global image_tar, saved
    serving = None
    with open(f"{work}/daemon.json", "w") as file:
        file.write("{}")
    subprocess.run(["ip", "netns", "add", netns], check=True)
    subprocess.run(["ip", "-n", netns, "link", "set", "lo", "up"], check=True)
    busybox = subprocess.run([f"{root}/tools/busybox-image"], stdout=subprocess.PIPE, check=True).stdout
    image_tar = tar_of({"one": "1" * 5000, "two": "2"})
    try:
        engine = Engine()
        ok("POST", "/images/create?fromSrc=-&repo=busybox", busybox, "application/x-tar")
        ok("POST", "/networks/create", {"Name": "net"})
        ok("POST", "/networks/create", {"Name": "near", "Options": {"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}})
        ok("POST", "/images/create?fromSrc=-&repo=loaded&tag=1", image_tar, "application/x-tar")
        saved = ask("GET", "/images/loaded:1/get")[1]
        ok("DELETE", "/images/loaded:1?force=1")
        serving = fill_registry()
        engine.kill()
        yield
    finally:
        for process in engines:
            process.kill()
        if serving is not None:
            serving.kill()
        for pid in shims():
            os.kill(int(pid), signal.SIGKILL)
        subprocess.run(["ip", "netns", "del", netns])
        time.sleep(0.2)
        for path in glob.glob(f"/sys/fs/cgroup/*/crash-{os.getpid()}"):
            subprocess.run(["find", path, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
        shutil.rmtree(work, ignore_errors=True)


def drive(operations, killed, points_of, kill_at):
    """Each operation: its points, and a kill at every STEPth of them. TAP. points_of(operation): their names; kill_at(number,
    operation): whether it was reached."""
    chosen = [name for name in operations if not words or any(word in name for word in words)]
    total = 0
    print(f"1..{len(chosen)}", flush=True)
    for number, name in enumerate(chosen, 1):
        failures, kills, point = [], 0, "undisturbed"
        try:
            names = points_of(operations[name])
            # Threads come in another order now and then: a few more or less than there were.
            for at in range(1, len(names) + 1, step):
                point = f"{at} {names[at - 1]}"
                kills += kill_at(at, operations[name])
            if kills == 0:
                raise RuntimeError("nothing was killed")
        except (RuntimeError, KeyError, OSError, sqlite3.Error) as problem:
            failures.append(f"{point}: {problem}")
        total += kills
        print(f"{'not ok' if failures else 'ok'} {number} {killed} killed at {kills} points of: {name}", flush=True)
        for failure in failures:
            print(f"# {failure}", flush=True)
    print(f"# {total} kills; the slowest start took {slowest_start * 1000:.0f} ms")
