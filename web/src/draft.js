// What must survive a reload: what was typed, and for each file where its upload stands on the server.

import { del, get, set } from "idb-keyval";

/** The server forgets unfinished uploads after some days; so do we. */
const KEEP_MS = 7 * 24 * 3600 * 1000;
const NEVER_KEPT = new Set(["csrf", "file", "idempotency_key", "seen", "was", "upload", "remove"]);

export class Draft {
  #form;
  #key;
  /** path, size, modified, url, offset and done of each file. */
  files = [];
  /** By key, what was typed for each of several resources, and the key under which it is sent. */
  proposals = {};
  /** Title and address of those that are saved, while others still wait. */
  saved = [];
  /** Whether a form about something that is there says something else than that, since it was put back. */
  differs = false;
  /** Where files came from: browsers that can open it again keep it in a store of its own. */
  #sources = [];

  constructor(form) {
    this.#form = form;
    // On a shared computer everyone has a draft of their own.
    this.#key = ["gongxue.upload", form.dataset.owner, form.dataset.resource].filter(Boolean).join(".");
  }

  /** Puts back what was typed. A form about something that is there has it back only while that is as it was. False when
      there is nothing to put back. */
  restore() {
    const kept = this.#read();
    if (!kept || kept.seen !== this.#seen()) {
      this.forget();
      return false;
    }
    for (const [name, value] of Object.entries(kept.fields)) this.#put(name, value);
    if (this.#seen() && this.#form.elements.submit) this.#tick(this.#form.elements.submit, "submit" in kept.fields);
    this.files = kept.files;
    this.proposals = kept.proposals ?? {};
    this.saved = kept.saved ?? [];
    return true;
  }

  /** The revision that a form about something that is there was made of; saved, it is another. */
  #seen() {
    return this.#form.elements.seen?.value;
  }

  save() {
    const fields = {};
    for (const [name, value] of new FormData(this.#form)) {
      if (typeof value === "string" && !NEVER_KEPT.has(name)) fields[name] = value;
    }
    try {
      localStorage.setItem(this.#key, this.#text(fields));
    } catch {
      // Storage may be full or forbidden: uploading works, only a reload starts afresh.
    }
  }

  #text(fields) {
    const { files, proposals, saved } = this;
    return JSON.stringify({ at: Date.now(), seen: this.#seen(), fields, files, proposals, saved });
  }

  /** Remembers where files came from, so that they need not be chosen again. */
  keep(sources) {
    if (!sources.length) return;
    this.#sources.push(...sources);
    set(this.#key, this.#sources).catch(() => {
      // Not every browser can keep them, nor every window: the files are chosen again then.
    });
  }

  /** What an earlier visit took its files from, as far as the browser kept it. */
  async sources() {
    if (!this.#sources.length) this.#sources = (await get(this.#key).catch(() => undefined)) ?? [];
    return this.#sources;
  }

  forget() {
    this.files = [];
    this.proposals = {};
    this.saved = [];
    this.#sources = [];
    del(this.#key).catch(() => {
      // As when they were kept.
    });
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // As above.
    }
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key));
      return kept && Date.now() - kept.at < KEEP_MS ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** A field the server filled (a task to upload for, a fault to mend) is newer than the draft. */
  #put(name, value) {
    const field = this.#form.elements[name];
    const isOurs = this.#seen() === undefined && field instanceof Element && field.type !== "checkbox";
    if (!field || (isOurs && field.value)) return;
    if (field.type === "checkbox") return this.#tick(field, true);
    this.differs ||= field.value !== value;
    field.value = value;
  }

  #tick(box, isChecked) {
    this.differs ||= box.checked !== isChecked;
    box.checked = isChecked;
  }
}
