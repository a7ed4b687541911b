"""Uploads through tuspy as a school's script would, shares what was uploaded, and fetches it back.

    BASE_URL=http://127.0.0.1:8080 TOKEN=… python tus.py
"""

import base64
import hashlib
import os
import tempfile
from pathlib import Path

import requests
from tusclient.client import TusClient

BASE = os.environ.get("BASE_URL", "http://127.0.0.1:8080")
API = f"{BASE}/api/v1"
AUTHORIZATION = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
TUS = {**AUTHORIZATION, "Tus-Resumable": "1.0.0"}
MIB = 1 << 20


def new_file(folder: Path, name: str, size: int) -> Path:
    """Makes a file that nobody has uploaded before."""
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def uploader(path: Path, url: str | None = None):
    """A tuspy uploader that sends a SHA-1 with every chunk."""
    client = TusClient(f"{API}/uploads", headers=AUTHORIZATION)
    return client.uploader(
        str(path), url=url, chunk_size=MIB, metadata={"filename": path.name}, upload_checksum=True
    )


def share(title: str, url: str) -> dict:
    """Makes a resource of a finished upload and answers it."""
    metadata = {"title": title, "type": "worksheet", "uploads": [url.rsplit("/", 1)[-1]]}
    answer = requests.post(f"{API}/resources", json=metadata, headers=AUTHORIZATION)
    assert answer.status_code == 201, answer.text
    return answer.json()


def assert_fetched(resource: dict, path: Path) -> None:
    """Fetches the original and compares it with what was sent."""
    answer = requests.get(f"{API}/files/{resource['files'][0]['id']}/content", headers=AUTHORIZATION)
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(path.read_bytes()).digest()


def a_file_goes_up_with_a_checksum_on_every_chunk(folder: Path) -> None:
    path = new_file(folder, "工作页.bin", 5 * MIB + 17)
    sent = uploader(path)
    sent.upload()
    assert_fetched(share("逐块校验", sent.url), path)


def an_upload_that_stopped_is_taken_up_by_another_process(folder: Path) -> None:
    path = new_file(folder, "教学视频.bin", 9 * MIB)
    first = uploader(path)
    first.upload(stop_at=4 * MIB)
    second = uploader(path, url=first.url)
    assert second.offset == 4 * MIB, second.offset
    second.upload()
    assert_fetched(share("换机续传", second.url), path)


def a_chunk_that_was_damaged_on_the_way_is_not_kept(folder: Path) -> None:
    path = new_file(folder, "课件.bin", MIB)
    sent = uploader(path)
    sent.set_url(sent.create_url())
    wrong = base64.b64encode(hashlib.sha1(b"other bytes").digest()).decode()
    headers = {"Upload-Offset": "0", "Upload-Checksum": f"sha1 {wrong}", "Content-Type": "application/offset+octet-stream"}
    answer = requests.patch(sent.url, data=path.read_bytes(), headers={**TUS, **headers})
    assert answer.status_code == 460, answer.status_code
    assert sent.get_offset() == 0
    sent.upload()
    assert_fetched(share("损坏重传", sent.url), path)


def a_chunk_at_the_wrong_place_changes_nothing(folder: Path) -> None:
    path = new_file(folder, "题库.bin", 2 * MIB)
    sent = uploader(path)
    sent.upload(stop_at=MIB)
    headers = {"Upload-Offset": "7", "Content-Type": "application/offset+octet-stream"}
    answer = requests.patch(sent.url, data=b"x" * 100, headers={**TUS, **headers})
    assert answer.status_code == 409, answer.status_code
    assert sent.get_offset() == MIB


def what_the_service_can_do_is_announced(_folder: Path) -> None:
    answer = requests.options(f"{API}/uploads")
    extensions = set(answer.headers["Tus-Extension"].split(","))
    wanted = {"creation", "creation-with-upload", "checksum", "termination", "expiration", "concatenation"}
    assert wanted <= extensions, wanted - extensions
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


STORIES = [
    a_file_goes_up_with_a_checksum_on_every_chunk,
    an_upload_that_stopped_is_taken_up_by_another_process,
    a_chunk_that_was_damaged_on_the_way_is_not_kept,
    a_chunk_at_the_wrong_place_changes_nothing,
    what_the_service_can_do_is_announced,
]

if __name__ == "__main__":
    for story in STORIES:
        with tempfile.TemporaryDirectory(prefix="tus-") as name:
            story(Path(name))
        print(f"ok - tuspy: {story.__name__.replace('_', ' ')}")
