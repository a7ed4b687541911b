#!/usr/bin/env python3
"""The audit log at ten million lines: how long a page of each kind takes, how fast it leaves, how long its proof takes.

    PROGRAM=target/release/gongxue python3 benches/records.py [FOLDER] [LINES]

Fills a new library in FOLDER (5 GB for ten million lines) with chained lines of a year, as `library/audit_chain.rs` chains
them, and asks the service; a folder that is filled is asked again as it is."""

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid

PROGRAM = os.environ.get("PROGRAM", "target/release/gongxue")
FOLDER = sys.argv[1] if len(sys.argv) > 1 else "/tmp/gongxue-records"
LINES = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
BASE = "http://127.0.0.1:8099"
YEAR = 365 * 24 * 3600 * 1000
ACTS = (["resource.read"] * 60 + ["resource.fetch"] * 15 + ["session.begin"] * 8 + ["resource.edit"] * 6
        + ["comment.add"] * 4 + ["access.refuse"] * 3 + ["audit.read", "account.edit", "resource.approve", "pack.fetch"])
ENVIRONMENT = {**os.environ, "GONGXUE_DATA_DIR": FOLDER, "GONGXUE_SERVER__LISTEN": BASE.removeprefix("http://")}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


def v7(millis, number):
    return uuid.UUID(int=(millis << 80) | (7 << 76) | (2 << 62) | number)


def lines(begin, schools, people, things, titles):
    chain = ""
    for n in range(1, LINES + 1):
        at = begin + YEAR * n // (LINES + 1)
        k, t = int(random.random() ** 2 * len(people)), int(random.random() ** 2 * len(things))
        action = random.choice(ACTS)
        subject = {"session.begin": None, "audit.read": None, "access.refuse": "GET /admin/jobs"}.get(action, things[t])
        title = titles[t] if subject == things[t] else None
        is_wrong = action == "session.begin" and random.random() < 0.05
        outcome = "not-allowed" if action == "access.refuse" else "wrong-password" if is_wrong else "done"
        changes = '[{"field":"title"}]' if action == "resource.edit" else None
        times = 3 if action == "resource.read" and n % 4 == 0 else None
        line = (v7(at, n), at, people[k], f"teacher{k}", schools[k % 9], action, subject, title, outcome,
                f"10.{k % 9}.{k // 250}.{k % 250}")
        told = [chain, n, *(str(it) if isinstance(it, uuid.UUID) else it for it in line)]
        if changes or times:
            told += [changes, times]
        chain = hashlib.sha256(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        yield (*(it.bytes if isinstance(it, uuid.UUID) else it for it in line), changes, times, n, chain)


def fill():
    run("school", "add", "S1", "第一技师学院")
    random.seed(7)
    begin = int(time.time() * 1000) - YEAR
    schools = [v7(begin, i) for i in range(9)]
    people = [v7(begin, 1000 + i) for i in range(3000)]
    things = [str(v7(begin, 100_000 + i)) for i in range(20_000)]
    titles = [f"{random.choice('车铣钳焊电')}工第{i}课工作页" for i in range(20_000)]
    database = sqlite3.connect(f"{FOLDER}/gongxue.db")
    database.execute("PRAGMA synchronous=OFF")
    for i, school in enumerate(schools):
        database.execute("INSERT INTO school (id, code, name, bytes, created_at) VALUES (?, ?, ?, 0, ?)",
                         (school.bytes, f"T{i}", f"第{i}技师学院", begin))
    for i, person in enumerate(people):
        name = f"teacher{i}"
        database.execute("INSERT INTO account (id, name, name_key, display, role, school_id, password_once, created_at)"
                         " VALUES (?, ?, ?, ?, 'teacher', ?, 0, ?)",
                         (person.bytes, name, name, f"老师{i}", schools[i % 9].bytes, begin))
    # The lines of the school above are chained by the service behind these.
    database.execute("DELETE FROM audit")
    indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit'"
                               " AND sql IS NOT NULL").fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.executemany(
        "INSERT INTO audit (id, at, account_id, actor, school_id, action, subject, subject_title, outcome, address,"
        " changes, times, seq, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        lines(begin, schools, people, things, titles))
    for _, sql in indexes:
        database.execute(sql)
    database.commit()
    return things[7]


def ask(token, query):
    request = urllib.request.Request(f"{BASE}/api/v1/audit?limit=50&{query}", headers={"Authorization": f"Bearer {token}"})
    began = time.perf_counter()
    page = json.load(urllib.request.urlopen(request))
    return time.perf_counter() - began, len(page["items"])


def measure(token, thing):
    deep = v7(int(time.time() * 1000) - 360 * 24 * 3600 * 1000, 0)
    nowhere, title = "nowhere", urllib.parse.quote("车工第")
    for what, query in {
        "first page": "", "360 days back": f"cursor={deep}", "a person": "actor=teacher1234", "people": "actor=teacher1",
        "an act, rare": "action=account.edit", "an act, common": "action=resource.read", "a family": "action=resource",
        "a thing": f"subject={thing}", "an address": "address=10.3.0.3", "a network": "address=10.3.*",
        "refusals": "outcome=refused", "a refusal's code": "outcome=wrong-password", "a text": f"text={title}",
        "a text that is nowhere": f"text={nowhere}", "a person and an act": "actor=teacher1234&action=account.edit",
    }.items():
        turns = sorted(ask(token, query) for _ in range(9))
        print(f"| {what} | {turns[4][0] * 1000:.0f} ms | {turns[4][1]} |")
    for form in ["csv", "jsonl"]:
        request = urllib.request.Request(f"{BASE}/api/v1/audit?format={form}", headers={"Authorization": f"Bearer {token}"})
        sent, began = 0, time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            for _ in answer:
                sent += 1
                if time.perf_counter() - began > 30:
                    break
        print(f"| {form} | {sent / (time.perf_counter() - began):.0f} lines/s | |")


def main():
    thing = None
    if not os.path.exists(f"{FOLDER}/gongxue.db"):
        thing = fill()
    if thing is None:
        database = sqlite3.connect(f"{FOLDER}/gongxue.db")
        thing = database.execute("SELECT subject FROM audit WHERE action = 'resource.edit' LIMIT 1").fetchone()[0]
    name = f"auditor{int(time.time())}"
    run("account", "add", name, "--role", "auditor")
    token = run("token", "add", name, "--scope", "read", "--areas", "audit")
    service = subprocess.Popen([PROGRAM, "serve"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    service.stdout.readline()
    try:
        measure(token, thing)
    finally:
        service.terminate()
        service.wait()
    began = time.perf_counter()
    print(run("doctor", "--records"), f"in {time.perf_counter() - began:.0f} s")
    print("load", os.getloadavg()[0])


main()
