// Uploads through tus-js-client as a browser or a school's script would, shares what was uploaded, and fetches it back.
//
//   BASE_URL=http://127.0.0.1:8080 TOKEN=… node tus.mjs

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { Upload } from "tus-js-client";

const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";
const token = process.env.TOKEN ?? assert.fail("TOKEN holds no token with the scope `write`");
const api = `${base}/api/v1`;
const authorization = { Authorization: `Bearer ${token}` };
const MIB = 1 << 20;

const folder = mkdtempSync(join(tmpdir(), "tus-"));

/** Makes a file that nobody has uploaded before. */
function newFile(name, bytes) {
  const path = join(folder, name);
  const content = randomBytes(bytes);
  writeFileSync(path, content);
  return { path, bytes, sha256: createHash("sha256").update(content).digest("hex") };
}

/** Prepares an upload; `finished` settles when it has ended. */
function prepare(file, { content, ...options } = {}) {
  const { promise, resolve, reject } = withResolvers();
  const upload = new Upload(content ?? createReadStream(file.path), {
    endpoint: `${api}/uploads`,
    headers: authorization,
    metadata: { filename: basename(file.path), filetype: "application/octet-stream" },
    chunkSize: MIB,
    retryDelays: [0, 200, 1000],
    onError: reject,
    onSuccess: () => resolve(upload.url),
    ...options,
  });
  return { upload, finished: promise };
}

/** `Promise.withResolvers`, which Node has only from version 22. */
function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

async function send(file, options) {
  const { upload, finished } = prepare(file, options);
  upload.start();
  return finished;
}

/** Sends about a third, lets go, and tells where the upload waits. */
async function sendPart(file) {
  const { promise, resolve, reject } = withResolvers();
  const { upload, finished } = prepare(file, {
    onChunkComplete: (_, accepted) => {
      if (accepted >= file.bytes / 3) upload.abort().then(() => resolve(upload.url), reject);
    },
  });
  finished.catch(reject);
  upload.start();
  return promise;
}

async function offsetOf(url) {
  const answer = await fetch(url, { method: "HEAD", headers: { ...authorization, "Tus-Resumable": "1.0.0" } });
  assert.equal(answer.status, 200, `HEAD ${url}`);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  return Number(answer.headers.get("upload-offset"));
}

/** Makes a resource of finished uploads and answers it. */
async function share(title, ...urls) {
  const answer = await fetch(`${api}/resources`, {
    method: "POST",
    headers: { ...authorization, "Content-Type": "application/json" },
    body: JSON.stringify({ title, type: "worksheet", uploads: urls.map((url) => url.split("/").pop()) }),
  });
  const body = await answer.text();
  assert.equal(answer.status, 201, body);
  assert.ok(answer.headers.get("location"), "201 comes with a Location");
  return JSON.parse(body);
}

/** Fetches the original and compares it with what was sent. */
async function assertFetched(resource, file) {
  const answer = await fetch(`${api}/files/${resource.files[0].id}/content`, { headers: authorization });
  assert.equal(answer.status, 200);
  const content = Buffer.from(await answer.arrayBuffer());
  const digest = createHash("sha256").update(content);
  const named = answer.headers.get("repr-digest");
  assert.equal(named, `sha-256=:${digest.copy().digest("base64")}:`);
  assert.equal(digest.digest("hex"), file.sha256);
}

const stories = {
  async "a file goes up in chunks and comes back whole"() {
    const file = newFile("工作页 (终稿).bin", 5 * MIB + 17);
    const url = await send(file);
    assert.equal(await offsetOf(url), file.bytes);
    await assertFetched(await share("分块上传", url), file);
  },

  async "an upload that was let go is taken up where it stopped"() {
    const file = newFile("教学视频.bin", 9 * MIB);
    const url = await sendPart(file);
    const kept = await offsetOf(url);
    assert.ok(kept >= file.bytes / 3 && kept < file.bytes, `${kept} bytes were kept`);
    assert.equal(await send(file, { uploadUrl: url }), url);
    await assertFetched(await share("断点续传", url), file);
  },

  async "four parts in parallel become one file"() {
    const file = newFile("案例库.bin", 8 * MIB + 3);
    const url = await send(file, { parallelUploads: 4 });
    await assertFetched(await share("并行上传", url), file);
  },

  async "a small file arrives with the request that announces it"() {
    const file = newFile("说明.bin", 4096);
    const url = await send(file, { uploadDataDuringCreation: true });
    await assertFetched(await share("随创建上传", url), file);
  },

  async "a stream goes up whose length shows at its end"() {
    const file = newFile("录音.bin", 3 * MIB + 5);
    // Not the file itself: of that the client would learn the length.
    const content = createReadStream(file.path).pipe(new PassThrough());
    const url = await send(file, { content, uploadLengthDeferred: true });
    assert.equal(await offsetOf(url), file.bytes);
    await assertFetched(await share("长度后定", url), file);
  },

  async "an empty file is a file"() {
    const file = newFile("空文件.bin", 0);
    await assertFetched(await share("空文件", await send(file)), file);
  },

  async "an upload that is given up is gone"() {
    const file = newFile("作废.bin", 3 * MIB);
    const url = await sendPart(file);
    await Upload.terminate(url, { headers: authorization, retryDelays: [] });
    const answer = await fetch(url, { method: "HEAD", headers: { ...authorization, "Tus-Resumable": "1.0.0" } });
    assert.ok([404, 410].includes(answer.status), `HEAD answered ${answer.status}`);
  },
};

try {
  for (const [name, story] of Object.entries(stories)) {
    await story();
    console.log(`ok - tus-js-client: ${name}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
