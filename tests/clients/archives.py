"""Checks the four archives of a pack with programs of other people.

    python archives.py FOLDER                                                 archive.zip, archive.bagit.zip, … in it
    BASE_URL=http://127.0.0.1:8080 TOKEN=… PACK=… VERSION=1 python archives.py    fetched, whole and by ranges

Python's zipfile, Info-ZIP, 7-Zip and libarchive unpack them, bagit validates the bag. Programs that are not installed are
left out, which is said. SCHEMAS may name a folder with the schemas as IMS and ADL publish them, `cc/` for Common Cartridge
1.1 and `scorm/` for SCORM 1.2: then lxml holds the manifests against them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import unquote

ENDINGS = ["zip", "bagit.zip", "imscc", "scorm.zip"]
UNPACKERS = {"unzip": ["-tqq"], "7z": ["t", "-bd", "-bso0"], "bsdtar": ["-tf"]}
SCHEMAS = {"imscc": "cc/ccv1p1_imscp_v1p2_v1p0.xsd", "scorm.zip": "scorm/adlcp_rootv1p2.xsd"}


def fetch(folder: Path) -> None:
    """Fetches each archive, and again in three ranges, which must be the same."""
    import requests

    base = f"{os.environ['BASE_URL']}/api/v1/packs/{os.environ['PACK']}/versions/{os.environ['VERSION']}"
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    for ending in ENDINGS:
        url = f"{base}/archive.{ending}"
        whole = requests.get(url, headers=headers)
        assert whole.status_code == 200, whole.text
        length = len(whole.content)
        assert whole.headers["Content-Length"] == str(length)
        cuts = [0, length // 3, length - 100, length]
        parts = b""
        for start, end in zip(cuts, cuts[1:]):
            ranged = {**headers, "Range": f"bytes={start}-{end - 1}", "If-Range": whole.headers["ETag"]}
            part = requests.get(url, headers=ranged)
            assert part.status_code == 206, part.text
            parts += part.content
        assert parts == whole.content, f"{ending}: ranges differ from the whole"
        known = requests.get(url, headers={**headers, "If-None-Match": whole.headers["ETag"]})
        assert known.status_code == 304
        (folder / f"archive.{ending}").write_bytes(whole.content)
        print(f"fetched {ending}: {length} bytes, whole and in three ranges")


def unpack(archive: Path, into: Path) -> None:
    """Lets every program at hand read an archive, and unpacks it."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None, f"{archive.name}: a checksum is wrong"
        names = opened.namelist()
        assert len(names) == len(set(names)), f"{archive.name}: a name stands twice"
        opened.extractall(into)
    print(f"zipfile: {archive.name} has {len(names)} members")
    for program, options in UNPACKERS.items():
        if shutil.which(program) is None:
            print(f"{program}: not installed, left out")
            continue
        tried = subprocess.run([program, *options, str(archive)], capture_output=True, text=True)
        assert tried.returncode == 0, f"{program}: {tried.stdout}{tried.stderr}"
        print(f"{program}: {archive.name} is well")


def check_bag(folder: Path) -> None:
    """Validates a bag. bagit.py knows nothing of `%25` (RFC 8493 §2.1.3), so it is told."""
    import bagit

    bagit._decode_filename = lambda name: re.sub("%(0D|0A|25)", lambda found: unquote(found[0]), name, flags=re.I)
    (top,) = folder.iterdir()
    bagit.Bag(str(top)).validate()
    print("bagit: the bag is valid")


def hrefs(manifest: Path) -> list[str]:
    """What a manifest names, as it is written: platforms take it for a path, and do not decode it."""
    from xml.etree import ElementTree

    named = (element.get("href") for element in ElementTree.parse(manifest).iter())
    return [href for href in named if href is not None]


def check_course(ending: str, folder: Path) -> None:
    """All that a course's manifest names is there, and it follows its schema."""
    manifest = folder / "imsmanifest.xml"
    for path in hrefs(manifest):
        assert (folder / path).is_file(), f"{ending}: {path} is named and not there"
        assert re.fullmatch(r"[A-Za-z0-9._/-]+", path), f"{ending}: {path} would have to be encoded"
    held = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert held - {"imsmanifest.xml"} == set(hrefs(manifest)), f"{ending}: something in it is not named"
    print(f"{ending}: all that is in it is named, as it is written")
    if "SCHEMAS" not in os.environ:
        print(f"{ending}: no schemas at hand, not validated")
        return
    from lxml import etree, isoschematron

    schema = etree.parse(str(Path(os.environ["SCHEMAS"]) / SCHEMAS[ending]))
    document = etree.parse(str(manifest))
    etree.XMLSchema(schema).assertValid(document)
    print(f"lxml: the manifest of {ending} follows its schema")
    if ending == "imscc":
        # The rules stand in the schema, in an order of their own that lxml would object to.
        rules = isoschematron.Schematron(isoschematron.extract_xsd(schema), validate_schema=False)
        assert rules.validate(document), f"{ending}: the manifest breaks a rule of the cartridge"
        print(f"lxml: the manifest of {ending} keeps the rules that stand in the schema")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        archives = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        if len(sys.argv) == 1:
            fetch(archives)
        unpacked = {ending: Path(scratch, "unpacked", ending) for ending in ENDINGS}
        for ending, folder in unpacked.items():
            unpack(archives / f"archive.{ending}", folder)
        check_bag(unpacked["bagit.zip"])
        for ending in SCHEMAS:
            check_course(ending, unpacked[ending])
    print("all archives are well")


if __name__ == "__main__":
    main()
