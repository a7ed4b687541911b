#!/usr/bin/env python3
"""Fetches the models from where they came from and checks them against SHA256SUMS.

    python3 models/fetch.py            through pip, from the index that it is set to
    python3 models/fetch.py --check    only compares what is here
"""
import hashlib, pathlib, subprocess, sys, tempfile, zipfile

WHEEL = "rapidocr==3.10.0"
WHEEL_SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
HERE = pathlib.Path(__file__).resolve().parent
WANTED = dict(reversed(line.split()) for line in (HERE / "SHA256SUMS").read_text().splitlines())


def demand(what, data, sha256):
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{what}: SHA-256 is {found}, expected {sha256}")


def fetch(folder):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL]
    subprocess.run(pip, check=True)
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    demand(wheel.name, wheel.read_bytes(), WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as members:
        models = {name: members.read(f"rapidocr/models/{name}") for name in WANTED}
    # All of them are right before the first is replaced.
    for name, data in models.items():
        demand(name, data, WANTED[name])
    for name, data in models.items():
        (HERE / name).write_bytes(data)


if "--check" not in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as folder:
        fetch(folder)
for name, sha256 in WANTED.items():
    demand(name, (HERE / name).read_bytes(), sha256)
print(f"{len(WANTED)} models are as expected")
