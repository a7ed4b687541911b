"""Packs by other people's programs: a pack of a course is made, with texts of several lines, and fetched by docs/packs.py;
python-tuf's own client walks from its root to its files, what reads archives reads its archives, and `gongxue pull` must
have fetched the same.

    BASE_URL=http://127.0.0.1:8080 TOKEN=… APPROVER=… GONGXUE=path/to/gongxue python packs.py

TOKEN is a teacher's, APPROVER somebody's who may approve for the city: nobody else reads a pack's words before.
"""
import filecmp, os, pathlib, subprocess, sys, tempfile, time
from urllib.parse import quote
import requests
from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import FetcherInterface, Updater

BASE, TOKEN, GONGXUE = os.environ["BASE_URL"], os.environ["TOKEN"], os.environ["GONGXUE"]
API, HERE = BASE + "/api/v1", pathlib.Path(__file__).resolve().parent
session = requests.Session()
session.headers["Authorization"] = "Bearer " + TOKEN


def get(path):
    answer = session.get(API + path, timeout=60)
    answer.raise_for_status()
    return answer


def fullest_course():
    counts = {}
    for resource in get("/resources?status=published&limit=100").json()["items"]:
        if resource["course"] and resource["scope"] != "school":
            counts[resource["course"]["id"]] = counts.get(resource["course"]["id"], 0) + 1
    return max(counts, key=counts.get)


def publish():
    body = {"title": "数控车: 资源包 & 更多", "scope": "city", "course": fullest_course(),
            "description": "第一行。\n第二行，\t有一个制表符。\n\n最后一行 😀。"}
    made = session.post(API + "/packs", json=body, timeout=60)
    made.raise_for_status()
    pack = made.json()["id"]
    published = session.post(f"{API}/packs/{pack}/publish", json={"note": "新增：\n- 一份工作页"}, timeout=60)
    published.raise_for_status()
    assert published.json()["items"] > 1, published.json()
    is_ready(pack, published.json()["number"])
    return pack, approve(pack)


def is_ready(pack, number):
    for _ in range(600):
        if get(f"/packs/{pack}/versions/{number}").json()["state"] == "ready":
            return
        time.sleep(0.1)
    raise TimeoutError(f"version {number} is never ready")


def approve(pack):
    """Publishes the pack with its words as an approver saw them."""
    approver = {"Authorization": "Bearer " + os.environ["APPROVER"]}
    seen = session.get(f"{API}/packs/{pack}", headers=approver, timeout=60)
    approver["If-Match"] = seen.headers["ETag"]
    body = {"note": "新增：\n- 一份工作页"}
    approved = session.post(f"{API}/packs/{pack}/publish", json=body, headers=approver, timeout=60)
    approved.raise_for_status()
    is_ready(pack, approved.json()["number"])
    return approved.json()["number"]


def checked_by_tuf(pack, number):
    """Everything is signed as python-tuf, written by others from the specification, reads it."""
    root = Metadata[Root].from_bytes(get("/trust/root.json").content)
    root.verify_delegate("root", root)
    timestamp = Metadata[Timestamp].from_bytes(get(f"/packs/{pack}/timestamp.json").content)
    root.verify_delegate("timestamp", timestamp)
    snapshot_bytes = get(f"/packs/{pack}/versions/{number}/snapshot.json").content
    timestamp.signed.snapshot_meta.verify_length_and_hashes(snapshot_bytes)
    snapshot = Metadata[Snapshot].from_bytes(snapshot_bytes)
    root.verify_delegate("snapshot", snapshot)
    manifest_bytes = get(f"/packs/{pack}/versions/{number}/manifest.json").content
    assert snapshot.signed.meta["manifest.json"] == snapshot.signed.meta["targets.json"]
    snapshot.signed.meta["manifest.json"].verify_length_and_hashes(manifest_bytes)
    manifest = Metadata[Targets].from_bytes(manifest_bytes)
    root.verify_delegate("targets", manifest)
    assert not any(document.signed.is_expired() for document in (root, timestamp, snapshot, manifest))
    path, target = next(iter(manifest.signed.targets.items()))
    target.verify_length_and_hashes(get(f"/packs/{pack}/versions/{number}/files/{target.hashes['sha256']}").content)
    print(f"python-tuf believes {len(manifest.signed.targets)} files, such as {path}")


class Line(FetcherInterface):
    """Asks with a token, and writes paths as addresses: the library leaves `#` and `%` in them as they are."""

    def _fetch(self, url):
        answer = session.get(quote(url, safe=":/"), timeout=60)
        if answer.status_code != 200:
            raise exceptions.DownloadHTTPError(answer.reason, answer.status_code)
        yield answer.content


def walked_by_tuf(pack, folder):
    """python-tuf's own client goes from the first root to every file, and again from what it kept."""
    base = f"{API}/packs/{pack}/tuf/"
    first = get("/trust/1.root.json").content
    for sub in ("metadata", "targets"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for bootstrap in (first, None):
        updater = Updater(str(folder / "metadata"), base, str(folder / "targets"), base + "targets/",
                          fetcher=Line(), bootstrap=bootstrap)
        updater.refresh()
    manifest = Metadata[Targets].from_bytes((folder / "metadata" / "targets.json").read_bytes())
    assert len(manifest.signed.targets) > 1
    for path, target in manifest.signed.targets.items():
        found = updater.get_targetinfo(path)
        assert found is not None and found.length == target.length, path
        # Left to itself it makes one name of a whole path, which file systems find too long.
        kept = folder / "targets" / found.hashes["sha256"]
        updater.download_target(found, str(kept))
        assert kept.stat().st_size == target.length
    assert "\n" not in manifest.signed.unrecognized_fields["pack"]["description"]
    print(f"python-tuf's client walked from the root to {len(manifest.signed.targets)} files")


def files(folder):
    hidden = (".gongxue", "目录.xlsx")
    return {path.relative_to(folder) for path in folder.rglob("*")
            if path.is_file() and not any(part in hidden for part in path.relative_to(folder).parts)}


def fetched_alike(pack, folder):
    ours, theirs = folder / "ours", folder / "theirs"
    environment = {**os.environ, "GONGXUE_TOKEN": TOKEN}
    subprocess.run([GONGXUE, "pull", BASE, "--pack", pack, "--to", ours], check=True, env=environment)
    second = HERE.parent.parent / "docs" / "packs.py"
    subprocess.run([sys.executable, "-B", second, BASE, pack, theirs], check=True, env=environment)
    assert files(ours) == files(theirs), files(ours) ^ files(theirs)
    same, other, faults = filecmp.cmpfiles(ours, theirs, files(ours), shallow=False)
    assert not other and not faults, (other, faults)
    print(f"both clients fetched the same {len(same)} files")


def main():
    pack, number = publish()
    checked_by_tuf(pack, number)
    with tempfile.TemporaryDirectory() as folder:
        walked_by_tuf(pack, pathlib.Path(folder) / "tuf")
        fetched_alike(pack, pathlib.Path(folder))
    environment = {**os.environ, "PACK": pack, "VERSION": str(number)}
    subprocess.run([sys.executable, "-B", HERE / "archives.py"], check=True, env=environment)


main()
