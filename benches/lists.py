#!/usr/bin/env python3
"""How fast lists of resources are answered at some size, for a guest, a teacher and the bureau.

    cargo build --release && python3 benches/lists.py [--resources 100000] [--port 18092]

The rows are written past the service into SQLite, without files; then each list is asked for over HTTP, as a program does.
"""
import argparse
import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PROGRAM", str(ROOT / "target/release/gongxue"))
STATUSES = ["published"] * 8 + ["draft", "submitted"]
SCOPES = ["public", "city", "city", "school"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resources", type=int, default=100_000)
    parser.add_argument("--port", type=int, default=18092)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "GONGXUE_DATA_DIR": folder,
            "GONGXUE_STORAGE__MIN_FREE_BYTES": "0",
            "GONGXUE_SERVER__LISTEN": f"127.0.0.1:{said.port}",
        }
        tokens = people(env)
        some = fill(folder, said.resources)
        service = subprocess.Popen([PROGRAM, "serve"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            ask(f"http://127.0.0.1:{said.port}", tokens, some)
        finally:
            service.terminate()
            service.wait()


def people(env):
    """Schools and accounts; returns who asks, each with a token."""
    tell = lambda *words: subprocess.run([PROGRAM, *words], env=env, check=True, capture_output=True, text=True).stdout
    for school in ("S1", "S2", "S3", "S4"):
        tell("school", "add", school, school)
    tell("account", "add", "wang", "--role", "teacher", "--school", "S1")
    tell("account", "add", "ju", "--role", "bureau")
    token = lambda name: tell("token", "add", name, "--scope", "read").split()[-1]
    return {"guest": None, "teacher": token("wang"), "bureau": token("ju")}


def fill(folder, count):
    """Writes the rows; returns a course and a task among them."""
    database = sqlite3.connect(f"{folder}/gongxue.db")
    chance = random.Random(1)
    ids = lambda n: [uuid.UUID(int=chance.getrandbits(128)).bytes for _ in range(n)]
    schools = [row[0] for row in database.execute("SELECT id FROM school")]
    teacher = database.execute("SELECT id FROM account WHERE name = 'wang'").fetchone()[0]
    owners, courses, tasks = [*ids(500), teacher], ids(300), ids(2000)
    for at, course in enumerate(courses):
        database.execute(
            "INSERT INTO course (id, major_id, level, name, provenance, position) VALUES (?, ?, '', ?, '[]', ?)",
            (course, schools[0], f"课程{at}", at))
    for at, task in enumerate(tasks):
        database.execute(
            "INSERT INTO task (id, course_id, kind, name, provenance, position) VALUES (?, ?, 'typical', ?, '[]', ?)",
            (task, courses[at % len(courses)], f"任务{at}", at))
    row = lambda at: {
        # In the order of time, as the service's own ids are.
        "id": bytes.fromhex("01a000000000") + b"\x70\x00\x80\x00" + at.to_bytes(6, "big"),
        "school_id": chance.choice(schools), "owner_id": chance.choice(owners),
        "status": chance.choice(STATUSES), "scope": chance.choice(SCOPES), "kind": "worksheet",
        "title": f"资源{at}", "description": "说明" * 100, "course_id": chance.choice(courses),
        "task_id": chance.choice(tasks), "keywords": "[]", "authors": "[]", "version": 1, "file_count": 0, "size": 0,
        "revision": 1, "created_at": at, "updated_at": at,
    }
    names = list(row(0))
    places = ", ".join(f":{name}" for name in names)
    database.executemany(f"INSERT INTO resource ({', '.join(names)}) VALUES ({places})", map(row, range(count)))
    database.commit()
    return uuid.UUID(bytes=courses[3]), uuid.UUID(bytes=tasks[3])


def ask(base, tokens, some):
    course, task = some
    lists = ["", "?status=submitted", f"?course={course}", f"?task={task}", "?mine=true"]
    for who, token in tokens.items():
        for query in lists if token else lists[:-1]:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            request = urllib.request.Request(f"{base}/api/v1/resources{query}", headers=headers)
            times = []
            for _ in range(50):
                rows, seconds = timed(request)
                times.append(seconds * 1000)
            times.sort()
            print(f"{who:8} {query[:18]:18} {rows:3} rows, p50 {statistics.median(times):6.1f} ms, p95 {times[47]:6.1f} ms")


def timed(request):
    """How many rows came, and how long they took; a service that starts is waited for."""
    for _ in range(600):
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request) as answer:
                rows = len(json.load(answer)["items"])
            return rows, time.perf_counter() - begun
        except ConnectionError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
        time.sleep(0.05)
    raise SystemExit("the service does not answer")


main()
