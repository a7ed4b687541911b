#!/usr/bin/env python3
"""How well and how quickly text in pictures of pages is read, beside RapidOCR and tesseract on the same pictures.

    cargo build --release && python3 benches/ocr.py [--program target/debug/gongxue] [--port 18094] [--peers rapidocr,tesseract]

Needs Pillow, numpy, Debian's fonts-noto-cjk; the peers need `pip install rapidocr onnxruntime` and tesseract-ocr-chi-sim. Pages
are made, not scanned: prose of the fixtures set in two typefaces at 10.5 points on A4, painted, and then turned, shaded, blurred,
strewn with noise and pressed. They go up as a school's photographs would; what is measured is what the service keeps of them.

- wrong: edit distance over the Han of all pages of a condition, by the Han there are;
- found: of the phrases of 4 to 10 Han those that stand in one piece in what was read;
- time: processor time of the program or the peer and its children a page, models loaded.
"""
import argparse
import http.client
import io
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import tempfile
import time
import uuid

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXTS = ROOT / "tests/fixtures/corpus/expected"
FONTS = "/usr/share/fonts/opentype/noto"
PASSWORD = "one long sentence that opens"
# Words of workshops and kitchens, many of them rare.
WORDS = "锪孔 珩磨 镗刀 剞刀 氽烫 轫带 谵妄 疖肿 铣削 刨削 钐镰 攻螺纹 铰孔 滚齿 插齿 淬火 回火 渗碳 氩弧焊 焊瘤 咬边 夹渣 煸炒 焯水 勾芡 挂糊"
A4_INCHES = (8.27, 11.69)
HAN = re.compile("[\u4e00-\u9fff]")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(ROOT / "target/release/gongxue"))
    parser.add_argument("--port", type=int, default=18094)
    parser.add_argument("--peers", default="rapidocr,tesseract")
    parser.add_argument("--conditions", default="", help="only these, with commas")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = make_pages(pathlib.Path(folder), said.conditions.split(",") if said.conditions else None)
        readers = [("gongxue", lambda: read_by_service(said, pages))]
        peers = {"rapidocr": read_by_rapidocr, "tesseract": read_by_tesseract}
        readers += [(name, lambda name=name: peers[name](pages)) for name in said.peers.split(",") if name]
        for name, read in readers:
            begun, spent = time.monotonic(), processor_time()
            texts = read()
            spent = (processor_time() - spent) / len(pages)
            print(f"\n{name}: {spent:.1f} s of processor time a page, {(time.monotonic() - begun) / len(pages):.1f} s by the clock")
            tell(pages, texts)


def processor_time():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def lines_of_fixtures():
    """Lines of prose as long as a line of a book, in an order that is the same each time."""
    text = "".join(path.read_text(errors="replace") for path in sorted(TEXTS.glob("*.txt")) if "hostile" not in path.name)
    sentences = {sentence for sentence in re.split(r"[\s。；;|\t]+", text) if len(HAN.findall(sentence)) >= 6 and len(sentence) <= 60}
    sentences = sorted(sentences)
    random.Random(7).shuffle(sentences)
    return sentences


def make_pages(folder, only):
    """Pictures with their truth: `(condition, path, lines)`."""
    sentences, pages = lines_of_fixtures(), []
    fonts = [f"{FONTS}/NotoSansCJK-Regular.ttc", f"{FONTS}/NotoSerifCJK-Regular.ttc"]
    words = [WORDS[at : at + 30] for at in range(0, len(WORDS), 30)]
    books = [(font, words + broken(sentences[at * 40 :])) for at, font in enumerate(fonts)]
    noise = numpy.random.default_rng(7)
    for number, (font, lines) in enumerate(books):
        for condition, dpi, change in CONDITIONS:
            if only and condition not in only:
                continue
            picture = change(painted(font, lines, dpi), noise)
            path = folder / f"{condition.replace(' ', '-')}-{number}.jpg"
            picture.convert("RGB").save(path, quality=30 if "JPEG 30" in condition or condition == "all" else 90, dpi=(dpi, dpi))
            pages.append((condition, path, lines))
    return pages


def broken(sentences):
    lines, line = [], ""
    for sentence in sentences:
        line += sentence + "。"
        while len(line) >= 38:
            lines.append(line[:38])
            line = line[38:]
        if len(lines) >= 40:
            return lines[:40]
    return lines + [line]


def painted(font, lines, dpi):
    page = Image.new("L", tuple(round(inches * dpi) for inches in A4_INCHES), 255)
    draw, size = ImageDraw.Draw(page), round(10.5 / 72 * dpi)
    face = ImageFont.truetype(font, size)
    for at, line in enumerate(lines):
        draw.text((dpi, dpi + at * size * 1.5), line, font=face, fill=20)
    return page


def skewed(degrees):
    return lambda page, _: page.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=252)


def turned(degrees):
    return lambda page, _: page.rotate(degrees, expand=True)


def strewn(page, noise, strength=22):
    pixels = numpy.asarray(page, dtype=numpy.float32)
    return Image.fromarray(numpy.clip(pixels + noise.normal(0, strength, pixels.shape), 0, 255).astype(numpy.uint8))


def shaded(page, noise):
    pixels = numpy.asarray(page, dtype=numpy.float32) * 0.8 + 30
    high, wide = pixels.shape
    light = numpy.linspace(1, 0.4, wide)[None, :] * numpy.linspace(1, 0.8, high)[:, None]
    return strewn(Image.fromarray((pixels * light).astype(numpy.uint8)), noise, 6)


def everything(page, noise):
    page = skewed(1.2)(page, noise).filter(ImageFilter.GaussianBlur(0.7))
    return strewn(shaded(page, noise), noise, 10)


CONDITIONS = [
    ("150 dpi", 150, lambda page, _: page),
    ("200 dpi", 200, lambda page, _: page),
    ("300 dpi", 300, lambda page, _: page),
    ("skewed by 1.5°", 200, skewed(1.5)),
    ("shadow", 200, shaded),
    ("noise", 200, lambda page, noise: strewn(page.filter(ImageFilter.GaussianBlur(0.6)), noise)),
    ("JPEG 30", 200, lambda page, _: page),
    ("turned by 90°", 200, turned(90)),
    ("turned by 180°", 200, turned(180)),
    ("turned by 270°", 200, turned(270)),
    ("all", 200, everything),
]


def read_by_service(said, pages):
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "GONGXUE_DATA_DIR": folder,
            "GONGXUE_STORAGE__MIN_FREE_BYTES": "0",
            "GONGXUE_SERVER__LISTEN": f"127.0.0.1:{said.port}",
        }
        run = lambda *command, **more: subprocess.run([said.program, *command], env=env, check=True, capture_output=True, **more)
        run("school", "add", "S1", "S1")
        run("account", "add", "wang", "--role", "teacher", "--school", "S1", "--password-stdin", input=PASSWORD.encode())
        token = run("token", "add", "wang", "--scope", "write").stdout.decode().split()[-1]
        service = subprocess.Popen([said.program, "serve"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return read_through(said, token, pages)
        finally:
            service.terminate()
            service.wait()


def read_through(said, token, pages):
    ask = lambda method, path, body=None, kind=None: asked(said, token, method, path, body, kind)
    wait(lambda: ask("GET", "/readyz") is not None)
    body, kind = form_of(pages)
    shared = ask("POST", "/api/v1/resources", body, kind)
    path = f"/api/v1/resources/{shared['id']}"

    def is_read():
        files = ask("GET", path)["files"]
        told = [file["report"].get("ocr") if file.get("report") else None for file in files]
        return all(it and it["waiting"] == 0 for it in told)

    wait(is_read, 3600, 1)
    texts = {}
    for file in ask("GET", path)["files"]:
        lines = ask("GET", f"/api/v1/files/{file['id']}/pages/1/lines") or []
        texts[file["name"]] = [line["text"] for line in lines]
    return [texts[path.name] for _, path, _ in pages]


def form_of(pages):
    boundary = uuid.uuid4().hex
    parts = [('name="metadata"\r\ncontent-type: application/json', json.dumps({"title": "Scans", "type": "worksheet"}).encode())]
    parts += [(f'name="file"; filename="{path.name}"\r\ncontent-type: image/jpeg', path.read_bytes()) for _, path, _ in pages]
    body = io.BytesIO()
    for head, content in parts:
        body.write(f"--{boundary}\r\ncontent-disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={boundary}"


def asked(said, token, method, path, body, kind):
    connection = http.client.HTTPConnection("127.0.0.1", said.port, timeout=60)
    headers = {"authorization": f"Bearer {token}"} | ({"content-type": kind} if kind else {})
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    except OSError:
        return None
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:500]}")
    return json.loads(content) if content[:1] in (b"{", b"[") else content


def wait(is_so, seconds=60, between=0.2):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if is_so():
            return
        time.sleep(between)
    raise SystemExit("that took too long")


def read_by_rapidocr(pages):
    # Only where this peer is asked for.
    from rapidocr import RapidOCR

    engine = RapidOCR()
    return [list(engine(str(path)).txts or []) for _, path, _ in pages]


def read_by_tesseract(pages):
    env = os.environ | {"OMP_THREAD_LIMIT": "1"}
    command = lambda path: ["tesseract", str(path), "-", "-l", "chi_sim+eng", "--psm", "3"]
    run = lambda path: subprocess.run(command(path), env=env, capture_output=True, check=True).stdout.decode()
    return [run(path).splitlines() for _, path, _ in pages]


def tell(pages, texts):
    conditions = {}
    for (condition, _, lines), read in zip(pages, texts):
        conditions.setdefault(condition, []).append(weighed(lines, read))
    whole = [it for them in conditions.values() for it in them]
    for condition, them in [*conditions.items(), ("together", whole)]:
        wrong, han, found, phrases = (sum(it[at] for it in them) for at in range(4))
        print(f"  {condition}: wrong {wrong / han:.2%} of {han}, found {found / phrases:.1%} of {phrases}")


def weighed(lines, read):
    truth, given = han("".join(lines)), han("".join(read))
    phrases = {phrase for line in lines for phrase in re.findall("[\u4e00-\u9fff]{4,10}", line)}
    return distance(truth, given), len(truth), sum(phrase in given for phrase in phrases), len(phrases)


def han(text):
    return "".join(HAN.findall(text))


def distance(one, other):
    """Levenshtein's, a row at a time."""
    one, other = (numpy.frombuffer(text.encode("utf-32-le"), dtype=numpy.uint32) for text in (one, other))
    steps = numpy.arange(len(other) + 1)
    row = steps.copy()
    for at, letter in enumerate(one):
        best = numpy.minimum(row[1:] + 1, row[:-1] + (other != letter))
        best = numpy.concatenate(([at + 1], best))
        row = numpy.minimum.accumulate(best - steps) + steps
    return int(row[-1])


if __name__ == "__main__":
    main()
