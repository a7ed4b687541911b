// One file on its way, over tus 1.0.0.

import { Upload } from "tus-js-client";
import { Speed } from "./speed.js";

/** Small enough that a broken line costs seconds, and for proxies that limit a request. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const RETRY_AFTER_MS = [0, 1000, 3000, 5000, 10000, 20000, 60000];
/** Drawing and remembering more often than this only costs. */
const TELL_EVERY_MS = 200;

export class Transfer {
  #file;
  #token;
  #tell;
  #upload;
  #told = 0;
  #pace = new Speed();
  /** Bytes a second, while that can be said. */
  speed = 0;
  /** Resources that hold the same bytes already, once that is known. */
  held;

  /** `entry` is what the draft remembers; without `file` only finished uploads are of use. */
  constructor(entry, file, token, tell) {
    this.entry = entry;
    this.#file = file;
    this.#token = token;
    this.#tell = tell;
    if (entry.done) this.state = "done";
    else this.state = file ? "waiting" : "lost";
  }

  get file() {
    return this.#file;
  }

  isOf(file, path) {
    const { entry } = this;
    return entry.path === path && entry.size === file.size && entry.modified === file.lastModified;
  }

  /** Takes the file again that an earlier visit began. */
  take(file) {
    this.#file = file;
    if (this.state === "lost") this.#become("waiting");
  }

  sent() {
    return this.entry.done ? this.entry.size : this.entry.offset || 0;
  }

  /** The upload's id: the last part of its address. */
  id() {
    return new URL(this.entry.url, location.href).pathname.split("/").pop();
  }

  wake() {
    if (this.#file && (this.state === "paused" || this.state === "failed")) this.#become("waiting");
  }

  start() {
    this.state = "sending";
    this.#pace = new Speed();
    this.speed = 0;
    this.#upload = new Upload(this.#file, this.#options());
    this.#upload.start();
    this.#tell();
  }

  pause() {
    if (this.state !== "sending" && this.state !== "waiting") return;
    this.#upload?.abort();
    this.#become("paused");
  }

  /** Stops, and lets the server forget what it has; a failure there is the janitor's work. */
  drop() {
    this.#upload?.abort();
    if (!this.entry.url) return;
    fetch(this.entry.url, { method: "DELETE", headers: this.#headers() }).catch(() => {});
  }

  #headers() {
    return { "X-CSRF-Token": this.#token, "Tus-Resumable": "1.0.0" };
  }

  #options() {
    return {
      endpoint: "/api/v1/uploads",
      uploadUrl: this.entry.url,
      headers: { "X-CSRF-Token": this.#token },
      metadata: { filename: this.entry.path, filetype: this.#file.type },
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_AFTER_MS,
      // The draft remembers addresses; a second memory would only disagree with it.
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => this.#keepUrl(),
      onProgress: (sent) => this.#progress(sent),
      onChunkComplete: (_size, accepted) => (this.entry.offset = accepted),
      onSuccess: () => this.#done(),
      onError: (error) => this.#failed(error),
    };
  }

  #keepUrl() {
    this.entry.url = this.#upload.url;
    this.#tell();
  }

  #progress(sent) {
    this.entry.offset = sent;
    this.speed = this.#pace.at(sent);
    const now = performance.now();
    if (now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.#tell();
  }

  #done() {
    this.entry.url = this.#upload.url;
    this.entry.done = true;
    this.#become("done");
  }

  #failed(error) {
    this.reason = refusalOf(error);
    this.#become("failed");
  }

  #become(state) {
    this.state = state;
    if (state !== "failed") this.reason = undefined;
    this.#tell();
  }
}

/** The sentence with which the service refused, where it did. */
function refusalOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return undefined;
  }
}
