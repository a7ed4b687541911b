#!/usr/bin/env python3
"""A second client of packs, to show that docs/packs.md says enough: fetches the newest version into a folder.

    python3 packs.py HUB PACK FOLDER        GONGXUE_TOKEN holds the token; needs the package `cryptography`
"""
import datetime, hashlib, json, os, pathlib, sys, urllib.request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

hub, pack, folder = sys.argv[1].rstrip("/") + "/api/v1", sys.argv[2], pathlib.Path(sys.argv[3])


def get(path):
    request = urllib.request.Request(hub + path)
    if os.environ.get("GONGXUE_TOKEN"):
        request.add_header("Authorization", "Bearer " + os.environ["GONGXUE_TOKEN"])
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def canonical(value):  # RFC 8785 for what our documents hold: texts, whole numbers, true, false
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def opened(text, role, root=None, check_time=True):
    document = json.loads(text)
    signed = document["signed"]
    keys = (root or signed)["keys"]
    may_sign = (root or signed)["roles"][role]
    signers = set()
    for signature in document["signatures"]:
        if signature["keyid"] in may_sign["keyids"]:
            public = keys[signature["keyid"]]["keyval"]["public"]
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature["sig"]), canonical(signed))
            signers.add(signature["keyid"])
    assert len(signers) >= may_sign["threshold"], f"{role} is not signed"
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert not check_time or now < signed["expires"], f"{role} has expired"
    return signed


def checked(text, meta):
    assert len(text) == meta["length"] and hashlib.sha256(text).hexdigest() == meta["hashes"]["sha256"], "other bytes"
    return text


root = opened(get("/trust/root.json"), "root")
meta = opened(get(f"/packs/{pack}/timestamp.json"), "timestamp", root)["meta"]["snapshot.json"]
at = f"/packs/{pack}/versions/{meta['version']}"
meta = opened(checked(get(at + "/snapshot.json"), meta), "snapshot", root)["meta"]["manifest.json"]
manifest = opened(checked(get(at + "/manifest.json"), meta), "targets", root)
assert manifest["pack"]["id"] == pack, "another pack"

paths = sorted(manifest["targets"])  # the numbers of files are their places in this order
targets = [manifest["targets"][path] for path in paths]
missing = [n for n, path in enumerate(paths) if not (folder / path).is_file()
           or hashlib.sha256((folder / path).read_bytes()).hexdigest() != targets[n]["hashes"]["sha256"]]
while missing:
    some, size = [], 0  # up to 8 MB and 300 files a request
    while missing and len(some) < 300 and (not some or size + targets[missing[0]]["length"] < 8_000_000):
        size += targets[missing[0]]["length"]
        some.append(missing.pop(0))
    bundle = get(f"{at}/bundle?items={','.join(map(str, some))}")
    for n in some:
        content, bundle = bundle[: targets[n]["length"]], bundle[targets[n]["length"]:]
        (folder / paths[n]).parent.mkdir(parents=True, exist_ok=True)
        (folder / paths[n]).write_bytes(checked(content, targets[n]))
print(f"{len(paths)} files of version {manifest['version']} are whole")
