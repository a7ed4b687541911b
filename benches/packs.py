#!/usr/bin/env python3
"""How fast packs are pulled on a line of a school, beside curl and rsync on the same line; and what the hub holds in memory.

    cargo build --release && python3 benches/packs.py [--files 100000] [--rate 12582912] [--data FOLDER]

Everything goes through one throttled line (a proxy in this script, all connections together), which counts the bytes that
go down it. FOLDER keeps the imported library from run to run, because importing takes longest. Needs curl and rsync; each
line that needs what is not there says so.
"""
import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
import zipfile

HUB, LINE, RSYNC = 18091, 18092, 18093
ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PROGRAM", str(ROOT / "target/release/gongxue"))
PIECE = 64 * 1024


class Line:
    """A line of so many bytes a second to one port, counted. What waits for it waits in the sender's socket."""

    def __init__(self, rate, port):
        self.rate, self.port, self.bytes, self.due = rate, port, 0, 0.0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", LINE, limit=PIECE)
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def carry(self, reader, writer):
        down, up = await asyncio.open_connection("127.0.0.1", self.port, limit=PIECE)
        await asyncio.gather(self.pump(reader, up, False), self.pump(down, writer, True), return_exceptions=True)

    async def pump(self, reader, writer, is_down):
        try:
            while piece := await reader.read(PIECE):
                if is_down:
                    self.bytes += len(piece)
                    self.due = max(self.due, time.monotonic() - 0.05) + len(piece) / self.rate
                    await asyncio.sleep(max(0.0, self.due - time.monotonic()))
                writer.write(piece)
                await writer.drain()
        finally:
            writer.close()


async def timed(line, *command, env=None):
    """Runs a command; says how long it took and how many bytes came down the line."""
    before, begun = line.bytes, time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{command}: {err.decode()}")
    return time.monotonic() - begun, line.bytes - before, out


def memory(pid, name):
    """One number of /proc/PID/smaps_rollup, in MiB."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1)) // 1024


class Hub:
    """The service over a folder, and its operator."""

    def __init__(self, data):
        self.data = data
        self.env = {
            "GONGXUE_DATA_DIR": str(data),
            "GONGXUE_SERVER__LISTEN": f"127.0.0.1:{HUB}",
            "GONGXUE_STORAGE__MIN_FREE_BYTES": "0",
        }

    def run(self, *arguments):
        return subprocess.run(
            [PROGRAM, *arguments], env={**os.environ, **self.env}, check=True, capture_output=True, text=True
        ).stdout.strip()

    def prepare(self):
        if not (self.data / "gongxue.db").exists():
            self.run("school", "add", "S1", "第一技师学院")
            self.run("account", "add", "wang", "--role", "teacher", "--school", "S1")
        self.token = self.run("token", "add", "wang", "--scope", "write")

    def start(self):
        log = open(self.data / "log", "a")
        self.process = subprocess.Popen([PROGRAM, "serve"], env={**os.environ, **self.env}, stdout=log, stderr=log)
        while True:
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{HUB}/readyz").read()
            except OSError:
                time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{HUB}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            body = json.dumps(body).encode()
        return json.load(urllib.request.urlopen(request, body))

    def waiting(self):
        """How many files are still to be read."""
        database = sqlite3.connect(f"file:{self.data}/gongxue.db?mode=ro", uri=True)
        return database.execute("SELECT count(*) FROM job WHERE state IN ('queued', 'running')").fetchone()[0]

    def pack(self, title, resources):
        pack = self.ask("POST", "packs", {"title": title, "resources": resources})["id"]
        return pack, self.publish(pack)

    def publish(self, pack):
        begun = time.monotonic()
        version = self.ask("POST", f"packs/{pack}/publish", {})
        while version["state"] not in ("ready", "failed"):
            time.sleep(0.2)
            version = self.ask("GET", f"packs/{pack}/versions/{version['number']}")
        return time.monotonic() - begun

    def resources(self, title):
        """Resources whose title begins so."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.ask("GET", f"resources?mine=true&limit=100&cursor={cursor}")
            found += [item["id"] for item in page["items"] if item["title"].startswith(title)]
            cursor = page["next_cursor"]
        return found


def small_files(folder, files):
    """Files of 1 to 6 kB in forty resources."""
    draw = random.Random(7)
    for resource in range(40):
        for at in range(files // 40):
            below = folder / f"资料{resource:02}" / f"任务{at // 250:02}"
            below.mkdir(parents=True, exist_ok=True)
            (below / f"工作页 {at:05}.bin").write_bytes(draw.randbytes(draw.randint(1000, 6000)))


def slides(path, edited):
    """A PPTX of some 150 MB: pictures and films stored, slides deflated; of one slide the text differs."""
    draw = random.Random(3)
    with zipfile.ZipFile(path, "w") as deck:
        for at in range(60):
            text = "修改过的" if edited and at == 20 else "第一版的"
            words = "".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(2000))
            slide = f"<p:sld><a:t>{text}{words}</a:t></p:sld>"
            deck.writestr(zipfile.ZipInfo(f"ppt/slides/slide{at + 1}.xml"), slide, zipfile.ZIP_DEFLATED)
            media = zipfile.ZipInfo(f"ppt/media/image{at + 1}.mp4")
            deck.writestr(media, draw.randbytes(2_500_000), zipfile.ZIP_STORED)


def share(hub, folder, title):
    """Imports and publishes a folder's files as one resource."""
    top = folder.parent / f"{folder.name}-import"
    (top / title).mkdir(parents=True)
    for path in folder.iterdir():
        os.link(path, top / title / path.name)
    hub.run("import", str(top), "--as", "wang", "--publish")
    return hub.resources(title)[0]


def replaced(hub, resource, path):
    command = ["curl", "-fsS", f"http://127.0.0.1:{HUB}/api/v1/resources/{resource}/versions"]
    command += ["-H", f"Authorization: Bearer {hub.token}", "-F", "metadata={};type=application/json"]
    subprocess.run([*command, "-F", f"file=@{path}"], check=True, capture_output=True)


def pulled(hub, pack, to, line=LINE):
    command = [PROGRAM, "pull", f"http://127.0.0.1:{line}", "--pack", pack, "--to", str(to), "--json"]
    return command, {"GONGXUE_TOKEN": hub.token}


def archived(hub, pack, to):
    address = f"http://127.0.0.1:{LINE}/api/v1/packs/{pack}/versions/1/archive.zip"
    return ["curl", "-fsS", "-H", f"Authorization: Bearer {hub.token}", "-o", str(to), address]


async def beside_curl(line, hub, name, pack, work, turns):
    """Pulls a pack and fetches its archive in turns; prints the medians and their ratio."""
    ours, theirs = [], []
    for turn in range(turns):
        to = work / f"{name}-{turn}"
        command, env = pulled(hub, pack, to)
        seconds, moved, out = await timed(line, *command, env=env)
        ours.append((seconds, moved))
        shutil.rmtree(to)
        shutil.rmtree(work / f".{to.name}.gongxue")
        archive = work / f"{name}.zip"
        seconds, moved, _ = await timed(line, *archived(hub, pack, archive))
        theirs.append((seconds, moved))
        archive.unlink()
        print(f"  {name}, turn {turn + 1}: pull {ours[-1][0]:.1f} s, curl {theirs[-1][0]:.1f} s", flush=True)
    (pull, bytes_ours), (curl, bytes_curl) = (sorted(runs)[len(runs) // 2] for runs in (ours, theirs))
    if not bytes_ours:
        raise SystemExit(f"{name}: nothing was moved, so nothing was measured")
    print(f"{name}: pull {pull:.1f} s, {bytes_ours / 1e6:.0f} MB; curl {curl:.1f} s, {bytes_curl / 1e6:.0f} MB; {curl / pull:.2f} of curl's speed")


async def one_slide(hub, rate, work):
    """A large PPTX with one slide edited: what pull, rsync and the whole file move."""
    work.mkdir(exist_ok=True)
    (work / "old").mkdir()
    (work / "new").mkdir()
    slides(work / "old/课件.pptx", False)
    slides(work / "new/课件.pptx", True)
    size = (work / "new/课件.pptx").stat().st_size
    resource = share(hub, work / "old", f"课件{time.time_ns()}")
    pack, _ = hub.pack("课件", [resource])
    async with Line(rate, HUB) as line:
        command, env = pulled(hub, pack, work / "课件")
        await timed(line, *command, env=env)
        replaced(hub, resource, work / "new/课件.pptx")
        hub.publish(pack)
        seconds, moved, _ = await timed(line, *command, env=env)
        print(f"PPTX of {size / 1e6:.0f} MB, one slide edited: pull {moved / 1e3:.0f} kB in {seconds:.1f} s")
    if not shutil.which("rsync"):
        return print("rsync is not here")
    (work / "rsyncd.conf").write_text(
        f"port = {RSYNC}\naddress = 127.0.0.1\npid file = {work}/rsync.pid\nuse chroot = no\n[new]\npath = {work}/new\n"
    )
    daemon = subprocess.Popen(["rsync", "--daemon", "--no-detach", f"--config={work}/rsyncd.conf"])
    async with Line(rate, RSYNC) as line:
        await asyncio.sleep(1)
        seconds, moved, _ = await timed(line, "rsync", "-t", f"rsync://127.0.0.1:{LINE}/new/课件.pptx", f"{work}/old/课件.pptx")
        print(f"  rsync {moved / 1e3:.0f} kB in {seconds:.1f} s; whole {size / 1e3:.0f} kB")
    daemon.terminate()
    daemon.wait()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=12 << 20)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--data", type=pathlib.Path)
    given = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="gongxue-packs."))
    hub = Hub(given.data or work / "data")
    hub.data.mkdir(exist_ok=True)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {given.files} files, {given.rate / (1 << 20):.0f} MiB/s")
    hub.prepare()
    hub.start()
    try:
        if not hub.resources("资料"):
            hub.stop()
            small_files(work / "set", given.files)
            hub.run("import", str(work / "set"), "--as", "wang", "--publish")
            hub.start()
        # While thousands of files are still being read, the machine is measured and not the line.
        while hub.waiting():
            time.sleep(5)
        memories = lambda: f"{memory(hub.process.pid, 'Anonymous')} MiB"
        print(f"memory of the service, started: {memories()}")
        many, seconds = hub.pack("许多小文件", hub.resources("资料"))
        print(f"building: {seconds:.1f} s; memory after it: {memories()}")
        async with Line(given.rate, HUB) as line:
            await beside_curl(line, hub, "many", many, work, given.turns)
            print(f"memory after giving it and its archive: {memories()}")
            large = work / "large"
            large.mkdir()
            for at in range(4):
                (large / f"{at}.mp4").write_bytes(random.randbytes(64 << 20))
            resource = share(hub, large, f"大文件{time.time_ns()}")
            few, _ = hub.pack("几个大文件", [resource])
            await beside_curl(line, hub, "few", few, work, given.turns)
        await one_slide(hub, given.rate, work / "slides")
        print(f"memory at the end: {memories()}")
    finally:
        hub.stop()
        shutil.rmtree(work, ignore_errors=True)


asyncio.run(main())
