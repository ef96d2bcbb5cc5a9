"""Puts images into a registry that no well-meaning tool would make. Usage: registry_image.py PORT NAME KIND."""
import gzip, hashlib, io, json, sys, tarfile, urllib.request, zlib

PORT, NAME, KIND = sys.argv[1:4]
BASE = f"http://127.0.0.1:{PORT}/v2/{NAME}"
OCI = "application/vnd.oci.image"


def send(method, url, data=None, kind="application/octet-stream"):
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": kind})
    return urllib.request.urlopen(request)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob(data):
    where = send("POST", BASE + "/blobs/uploads/").headers["Location"]
    send("PUT", where + ("&" if "?" in where else "?") + "digest=" + digest(data), data)
    return {"digest": digest(data), "size": len(data)}


def put(document, tag, kind):
    data = json.dumps(document).encode()
    send("PUT", f"{BASE}/manifests/{tag or digest(data)}", data, kind)
    return {"mediaType": kind, "digest": digest(data), "size": len(data)}


def tar(files, **more):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in more.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def image(tars, tag, architecture="amd64", variant=None, layer_type=OCI + ".layer.v1.tar+gzip", diff_ids=None, note="", **layer):
    config = {"architecture": architecture, "os": "linux", "config": {"Labels": {"note": note}}, "rootfs": {
        "type": "layers", "diff_ids": diff_ids or [digest(t) for t in tars]}}
    if variant:
        config["variant"] = variant
    layers = [dict(blob(gzip.compress(t, mtime=0) if layer_type.endswith("gzip") else t), mediaType=layer_type, **layer) for t in tars]
    manifest = {"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json", "config": dict(
        blob(json.dumps(config).encode()), mediaType=OCI + ".config.v1+json"), "layers": layers}
    return put(manifest, tag, OCI + ".manifest.v1+json")


def packed(data, diff_id):
    """An image of one layer that is compressed already."""
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff_id]}}
    put({"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json", "config": dict(blob(json.dumps(config).encode()), mediaType=OCI + ".config.v1+json"),
         "layers": [dict(blob(data), mediaType=OCI + ".layer.v1.tar+gzip")]}, "latest", OCI + ".manifest.v1+json")


if KIND == "index":
    amd = image([tar({"arch": b"amd64"})], None)
    entries = [dict(amd, platform={"os": "linux", "architecture": "amd64"})]
    for variant in "v5", "v6", "v7", "v8":
        entries.append(dict(image([tar({"arch": variant.encode()})], None, "arm", variant, note=variant),
                            platform={"os": "linux", "architecture": "arm", "variant": variant}))
    attestation = put({"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json", "config": dict(blob(b"{}"), mediaType=OCI + ".config.v1+json"),
                       "layers": [dict(blob(b"{}"), mediaType="application/vnd.in-toto+json")]}, None, OCI + ".manifest.v1+json")
    entries.insert(0, dict(attestation, platform={"os": "unknown", "architecture": "unknown"},
                           annotations={"vnd.docker.reference.type": "attestation-manifest"}))
    entries.insert(0, {"mediaType": "application/x-strange", "digest": attestation["digest"], "size": attestation["size"],
                       "platform": {"os": "linux", "architecture": "amd64"}})
    put({"schemaVersion": 2, "mediaType": OCI + ".index.v1+json", "manifests": entries}, "latest", OCI + ".index.v1+json")
elif KIND == "pair":
    # Two platforms, and (with another word) what is said about one of them.
    entries = []
    for machine in "amd64", "arm64":
        entries.append(dict(image([tar({"arch": machine.encode()})], None, machine), platform={"os": "linux", "architecture": machine}))
    if len(sys.argv) > 4:
        said = json.dumps({"_type": "https://in-toto.io/Statement/v0.1", "subject": []}).encode()
        config = {"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest(said)]}}
        entries.append(dict(put({"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json",
                                 "config": dict(blob(json.dumps(config).encode()), mediaType=OCI + ".config.v1+json"),
                                 "layers": [dict(blob(said), mediaType="application/vnd.in-toto+json",
                                                 annotations={"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"})]}, None, OCI + ".manifest.v1+json"),
                            platform={"os": "unknown", "architecture": "unknown"},
                            annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": entries[0]["digest"]}))
    put({"schemaVersion": 2, "mediaType": OCI + ".index.v1+json", "manifests": entries}, "latest", OCI + ".index.v1+json")
elif KIND == "tar":
    image([tar({"plain": b"x" * 10000})], "latest", layer_type=OCI + ".layer.v1.tar")
elif KIND == "layers":
    image([tar({f"f{i}": b"%d" % i, "last": b"%d" % i}) for i in range(int(sys.argv[4]))], "latest")
elif KIND == "diffid":
    image([tar({"f": b"x"})], "latest", diff_ids=["sha256:" + "0" * 64])
elif KIND == "count":
    image([tar({"f": b"x"})], "latest", diff_ids=["sha256:" + "0" * 64] * 2)
elif KIND == "traversal":
    image([tar({"../../escape": b"x"})], "latest")
elif KIND == "random":
    import os
    image([tar({"f": os.urandom(1 << 20)}) for _ in range(int(sys.argv[4]))], "latest")
elif KIND == "zeros":
    image([tar({"f": bytes(200 << 20)})], "latest")
elif KIND == "bomb":
    # As many times 10 MB of zeros, in ten kilobytes each: members of gzip one behind the other.
    count = int(sys.argv[4])
    head = tarfile.TarInfo("f")
    head.size = count * (10 << 20)
    packed(gzip.compress(head.tobuf(), mtime=0) + gzip.compress(bytes(10 << 20), mtime=0) * count + gzip.compress(bytes(1024), mtime=0), "sha256:" + "0" * 64)
elif KIND == "files":
    # As many empty files, a thousand in a folder.
    count, out, whole = int(sys.argv[4]), zlib.compressobj(1, wbits=31), hashlib.sha256()
    model = bytearray(tarfile.TarInfo("d0000000/f0000000").tobuf())
    model[148:156] = b" " * 8
    others = sum(model[17:])
    data = b""
    for folder in range(count // 1000):
        block = bytearray()
        for number in range(1000):
            name = b"d%07d/f%07d" % (folder, number)
            model[0:17] = name
            model[148:156] = b"%06o\0 " % (others + sum(name))
            block += model
        whole.update(block)
        data += out.compress(block)
    whole.update(bytes(1024))
    packed(data + out.compress(bytes(1024)) + out.flush(), "sha256:" + whole.hexdigest())
elif KIND == "foreign":
    content = tar({"f": b"foreign"})
    data = gzip.compress(content, mtime=0)
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest(content)]}}
    layer = {"mediaType": OCI + ".layer.nondistributable.v1.tar+gzip", "digest": digest(data), "size": len(data), "urls": [sys.argv[4]]}
    manifest = {"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json", "config": dict(
        blob(json.dumps(config).encode()), mediaType=OCI + ".config.v1+json"), "layers": [layer]}
    put(manifest, "latest", OCI + ".manifest.v1+json")
    open(sys.argv[5], "wb").write(data)
elif KIND == "artifact":
    put({"schemaVersion": 2, "mediaType": OCI + ".manifest.v1+json", "config": dict(blob(b"{}"), mediaType="application/vnd.x+json"),
         "layers": [dict(blob(b"text"), mediaType="text/plain")]}, "latest", OCI + ".manifest.v1+json")
