#!/usr/bin/env python3
"""How long a right sign-in takes while 120 attackers guess: from one address, from 120, and from a new one for each guess.

    cargo build --release && python3 benches/sign_in.py [--program target/debug/gongxue] [--seconds 20] [--port 18093]

The attackers try unknown names and wrong passwords without a pause; the addresses are those that a trusted proxy names. An
owner signs in once in 200 ms, from an address of their own: in a browser that is known, and in one that is not. The kinds:

- one address, shut out after sixty guesses;
- 120 addresses, each shut out after sixty;
- a new address at every attempt, of one IPv4 /24 (which has 254) and of one IPv6 /48 (which has 65,536 networks): what is
  rented with one server; the wider network says that its guessers come last;
- a new /24 at every attempt: a botnet. Nothing tells its guessers from an owner in a browser that is not known, so that
  owner waits for all who came before. It is measured to say how long, not because it is held.
"""
import argparse
import http.client
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "one long sentence that opens"
ATTACKERS = 120
# Several, for one account signs in so often in a minute only.
OWNERS = [f"wang-{number}" for number in range(8)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(ROOT / "target/release/gongxue"))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--port", type=int, default=18093)
    said = parser.parse_args()
    fresh = itertools.count()
    for name, address_of in [
        ("nobody attacks", None),
        ("one address", lambda _: "192.0.2.1"),
        ("120 addresses", lambda number: f"198.51.100.{number + 1}"),
        ("a new address at every attempt (one /24)", lambda _: f"198.51.100.{next(fresh) % 254 + 1}"),
        ("a new address at every attempt (one /48)", lambda _: f"2001:db8:5:{next(fresh) % 65536:x}::1"),
        ("a new /24 at every attempt", lambda _: in_another_24(next(fresh))),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            env = os.environ | {
                "GONGXUE_DATA_DIR": folder,
                "GONGXUE_STORAGE__MIN_FREE_BYTES": "0",
                "GONGXUE_SERVER__LISTEN": f"127.0.0.1:{said.port}",
                "GONGXUE_SERVER__TRUSTED_PROXIES": "127.0.0.1",
                "GONGXUE_SERVER__MAX_CONNECTIONS": "10000",
            }
            add_owners(said.program, env)
            service = subprocess.Popen([said.program, "serve"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                measure(name, said, address_of)
            finally:
                service.terminate()
                service.wait()


def in_another_24(number):
    return f"{11 + number // 65536 % 80}.{number // 256 % 256}.{number % 256}.7"


def add_owners(program, env):
    subprocess.run([program, "school", "add", "S1", "S1"], env=env, check=True, capture_output=True)
    for owner in OWNERS:
        command = [program, "account", "add", owner, "--role", "teacher", "--school", "S1", "--password-stdin"]
        subprocess.run(command, env=env, check=True, capture_output=True, input=PASSWORD.encode())


def sign_in(connection, name, password, address, cookie=None):
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    if cookie:
        headers["Cookie"] = cookie
    connection.request("POST", "/api/v1/session", json.dumps({"name": name, "password": password}), headers)
    answer = connection.getresponse()
    answer.read()
    cookies = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or []]
    return answer.status, cookies


def measure(name, said, address_of):
    connect = lambda: http.client.HTTPConnection("127.0.0.1", said.port, timeout=60)
    wait_for(connect)
    known = {}
    for owner in OWNERS:
        status, cookies = sign_in(connect(), owner, PASSWORD, "203.0.113.1")
        assert status == 201, status
        known[owner] = "; ".join(cookie for cookie in cookies if "session" not in cookie.split("=")[0])
    ends, tried = time.monotonic() + said.seconds + 2, {}
    attackers = []
    if address_of:
        for number in range(ATTACKERS):
            args = (connect, number, address_of, ends, tried)
            attackers.append(threading.Thread(target=attack, args=args, daemon=True))
    for attacker in attackers:
        attacker.start()
    time.sleep(1)
    for browser, cookies in [("known browser", known), ("unknown browser", {})]:
        took = []
        stop = time.monotonic() + said.seconds / 2
        while time.monotonic() < stop:
            begun = time.monotonic()
            # Another address each time, as an owner who comes once.
            owner, address = OWNERS[len(took) % len(OWNERS)], f"203.0.113.{len(took) % 250 + 2}"
            status, _ = sign_in(connect(), owner, PASSWORD, address, cookies.get(owner))
            took.append(time.monotonic() - begun)
            assert status == 201, status
            time.sleep(0.2)
        took.sort()
        p95 = took[min(len(took) - 1, len(took) * 95 // 100)]
        print(f"{name}, {browser}: {len(took)} sign-ins, p50 {statistics.median(took):.3f} s, p95 {p95:.3f} s, "
              f"worst {took[-1]:.3f} s", flush=True)
    for attacker in attackers:
        attacker.join(5)
    print(f"  the attackers were answered {dict(sorted(tried.items()))}", flush=True)


def attack(connect, number, address_of, ends, tried):
    connection, count = connect(), 0
    while time.monotonic() < ends:
        count += 1
        guessed = OWNERS[count % len(OWNERS)] if count % 2 else f"nobody-{number}-{count}"
        try:
            status, _ = sign_in(connection, guessed, f"wrong {count}", address_of(number))
        except (OSError, http.client.HTTPException):
            connection, status = connect(), "cut"
        tried[status] = tried.get(status, 0) + 1


def wait_for(connect):
    for _ in range(600):
        try:
            connection = connect()
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the service does not start")


if __name__ == "__main__":
    main()
