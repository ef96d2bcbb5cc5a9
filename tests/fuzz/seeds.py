#!/usr/bin/env python3
"""Where the corpora begin: the tables of cases, and a few words of each language. seeds.py FOLDER"""
import io, json, os, re, sys, tarfile

out = sys.argv[1]


def put(target, name, data):
    with open(f"{out}/{target}.corpus/seed-{name}", "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def tar(*entries):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, target in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            info.size = len(target) if kind == tarfile.REGTYPE else 0
            info.mode = 0o755
            archive.addfile(info, io.BytesIO(target.encode()) if kind == tarfile.REGTYPE else None)
    return buffer.getvalue()


F, D, S, L = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
with open(f"{out}/image.tar", "wb") as file:
    file.write(tar(("bin", D, ""), ("bin/sh", F, "#!/nothing\n"), ("etc", D, ""), ("etc/passwd", F, "root:x:0:0::/:/bin/sh\n")))
layers = [tar(("a", D, ""), ("a/b", F, "x"), ("a/.wh.b", F, ""), ("a/.wh..wh..opq", F, "")),
          tar(("l", S, "/etc"), ("l/x", F, "x"), ("h", L, "../../x")), tar(("../../x", F, "y")), tar(("dev", tarfile.CHRTYPE, "")),
          tar(("../beside/x", F, "y")), tar(("up", S, "../beside"), ("up/x", F, "x"))]
for i, layer in enumerate(layers):
    put("layer", i, layer)
for i, text in enumerate(["busybox", "a/b:c", "localhost:5000/a@sha256:" + "0" * 64, "[::1]:80/x:y", "A", "x:" + "t" * 128]):
    put("reference", i, text)
descriptor = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "1" * 64, "size": 5}
put("manifest", "oci", json.dumps({"schemaVersion": 2, "config": {**descriptor, "mediaType": "application/vnd.oci.image.config.v1+json"}, "layers": [descriptor]}))
put("manifest", "index", json.dumps({"schemaVersion": 2, "manifests": [{**descriptor, "platform": {"os": "linux", "architecture": "amd64"}}]}))
put("manifest", "config", json.dumps({"os": "linux", "architecture": "amd64", "config": {"Env": ["A=b"], "Cmd": ["sh"]}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "2" * 64]}}))
put("template", "half", b"{{.A\xf0")
put("template", "quoted", b"{{\"a\xe2")
for i, text in enumerate(["{{.ID}}", "table {{.ID}}\t{{.Names}}", "{{json .}}", "{{range $k, $v := .Labels}}{{$k}}={{$v}}{{else}}no{{end}}",
                          '{{if and .T (gt .N 3)}}{{printf "%q %5d" .ID .N}}{{end}}', '{{index .Names 0 | upper}}', '{{with .State}}{{.Pid}}{{end}}',
                          '{{join .Names ","}}{{len .Names}}{{slice .ID 1 2}}{{split .ID "b"}}', '{{define "x"}}{{.}}{{end}}{{template "x" .F}}']):
    put("template", i, text)
for i, text in enumerate(['{"Image":"a","HostConfig":{"Binds":["/a:/b"],"Memory":1e3,"PidsLimit":null,"Tmpfs":{"/t":""}},"Cmd":"x","image":"B"}',
                          '{"Name":"n","IPAM":{"Config":[{"Subnet":"10.0.0.0/8"}]},"_x":1,"Unknown":[{}]}', '{"Cmd":["\\ud83d\\ude00\\n"],"User":1}', '[1,2', '{"a":{"b":{"c":null}}} x']):
    put("schema", i, bytes([i * 3, 27]) + text.encode())
for i, name in enumerate([b"\3web\0", b"\0013\0010\0010\00210\7in-addr\4arpa\0", b"\xc0\x0c"]):
    for kind in (1, 28, 12):
        put("dns", f"{i}-{kind}", b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + name + bytes([0, kind, 0, 1]))
for i, (path, patterns) in enumerate([("a/b/c", "*\n!a\na/**/c"), ("src/x.o", "**/*.o\n# no\n!src/[a-y].o"), ("a", "[^b-]\n\\\\*\n?"), ("x/y", "/x/./y/../y/\n[]a]\n[")]):
    put("pattern", i, path + "\n" + patterns)
rule = {"names": ["chmod", "read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": [{"index": 0, "value": 1, "valueTwo": 2, "op": "SCMP_CMP_MASKED_EQ"}],
        "includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"], "minKernel": "4.8"}, "excludes": {}}
put("seccomp", "profile", json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1, "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}], "syscalls": [rule]}))
put("seccomp", "flags", json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "flags": ["SECCOMP_FILTER_FLAG_LOG"], "syscalls": [{"name": "read", "action": "SCMP_ACT_ALLOW"}]}))
put("http", "get", "GET /v1.41/containers/json?all=1&filters=%7B%7D HTTP/1.1\r\nHost: b\r\n\r\n")
put("http", "post", "POST /x HTTP/1.1\r\nContent-Type: a\r\nContent-Length: 4\r\n\r\nbody")
put("http", "chunked", "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n")
put("http", "answer", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
line = '{"log":"a\\u001b\\n","stream":"stdout","attrs":{"k":"v"},"time":"2024-01-01T00:00:00.000000001Z"}\n'
for how in (3, 7, 15, 0x53, 0x23):
    put("log", how, bytes([how]) + (line * 3).encode())
    put("log", f"local-{how}", bytes([how | 128]) + bytes(range(64)))
bodies = ["", "{}", '{"Image":"busybox","Cmd":["sh"],"Env":["A=b"],"ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},"Healthcheck":{"Test":["CMD","x"]},'
          '"HostConfig":{"Binds":["v:/v"],"PortBindings":{"80/tcp":[{"HostPort":"1"}]},"Memory":10000000,"NanoCpus":1,"RestartPolicy":{"Name":"always"},'
          '"CapAdd":["ALL"],"Mounts":[{"Type":"tmpfs","Target":"/t"}],"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"Devices":[{"PathOnHost":"/dev/null"}],'
          '"LogConfig":{"Type":"local"},"Sysctls":{"a":"b"},"Tmpfs":{"/a":"size=1m"}},"NetworkingConfig":{"EndpointsConfig":{"n":{"Aliases":["a"]}}}}',
          '{"Name":"n","Driver":"bridge","IPAM":{"Config":[{"Subnet":"10.9.0.0/24","IPRange":"10.9.0.0/25"}]},"Options":{"a":"b"},"Labels":{"a":"b"}}',
          '{"Container":"x","EndpointConfig":{"IPAMConfig":{"IPv4Address":"10.9.0.5"}},"Force":true}',
          '{"Cmd":["true"],"AttachStdout":true,"Tty":true,"User":"0","Env":["A=b"],"Detach":true}', '{"Memory":20000000,"RestartPolicy":{"Name":"no"}}',
          '{"username":"u","password":"p","serveraddress":"127.0.0.1:9"}']
queries = ["", 'all=1&filters={"label":["a=b"],"name":["x"]}', "name=y&repo=a&tag=b&force=1&signal=TERM&t=0&w=5&h=5&path=/etc/passwd&from=x&limit=1&since=1&until=2&stdout=1&tail=3"]
for route in range(110):
    for b, body in enumerate(bodies):
        put("api", f"{route}-{b}", bytes([route]) + queries[b % 3].encode() + b"\n" + body.encode())
    if route % 4 == 0:
        put("api", f"{route}-tar", bytes([route]) + b"path=/&t=z\n" + tar(("Dockerfile", F, "FROM busybox\nLABEL a=b\nCOPY . /\n"), ("l", S, "/etc")))


def cases(path):
    return re.split(r"^@ .*\n", open(path).read(), flags=re.M)[1:]


for i, case in enumerate(cases("tests/build/cases.txt")):
    put("dockerfile", i, case)
for i, case in enumerate(cases("tests/compose/cases.txt")):
    parts = re.split(r"^%file (.*)\n", case, flags=re.M)
    put("compose", i, re.sub(r"^[%=!~>#].*\n", "", parts[0], flags=re.M))
    for name, text in zip(parts[1::2], parts[2::2]):
        put("dotenv" if "env" in name else "compose", f"{i}-{os.path.basename(name)}", text)
