// Files and whole folders that were dropped or picked, each with its path, and how to open them again on another day.

const HAN_DIGITS = "一二三四五六七八九";

/** 任务二 comes after 任务一 and 10 after 9, in whatever order a disk gives them. */
function inOrder(found) {
  const counted = (path) => path.replace(/[一二三四五六七八九]/g, (digit) => HAN_DIGITS.indexOf(digit) + 1).replaceAll("十", "10");
  const order = new Intl.Collator("zh", { numeric: true });
  return found.sort((one, other) => order.compare(counted(one.path), counted(other.path)));
}

/** Lists everything in a drop; folders are walked. `sources` open the same things again where the browser can. */
export async function dropped(transfer) {
  // Both must be asked for before the first await; afterwards the list is empty.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const sources = await Promise.all(items.map((item) => item.getAsFileSystemHandle?.())).catch(() => []);
  if (items.length && sources.length === items.length && sources.every(Boolean)) return filesOf(sources);
  if (!entries.length) return { found: [...transfer.files].map((file) => ({ file, path: file.name })), sources: [], unread: [] };
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return { found: inOrder(found), sources: [], unread: [] };
}

/** Lets a hand pick files in a way that can be opened again; nothing where the browser has no such way. */
export async function picked() {
  try {
    return await filesOf(await window.showOpenFilePicker({ multiple: true }));
  } catch (refusal) {
    // Closed without a choice: that is an answer too.
    return refusal.name === "AbortError" ? { found: [], sources: [], unread: [] } : undefined;
  }
}

/** Opens what an earlier visit took its files from, as far as it is still there and the browser is allowed to. */
export async function opened(sources) {
  const allowed = [];
  for (const source of sources) if (await mayRead(source)) allowed.push(source);
  return filesOf(allowed);
}

/** Browsers ask their user, and only while a press of a button is fresh. */
async function mayRead(source) {
  try {
    return (await source.requestPermission({ mode: "read" })) === "granted";
  } catch {
    return false;
  }
}

/** The files, and the paths of what could not be read: moved, deleted, kept elsewhere. */
async function filesOf(sources) {
  const found = [];
  const unread = [];
  for (const source of sources) await list(source, "", found, unread);
  return { found: inOrder(found), sources, unread };
}

async function list(source, folder, found, unread) {
  const path = folder + source.name;
  try {
    if (source.kind === "file") {
      found.push({ file: await source.getFile(), path });
      return;
    }
    for await (const inner of source.values()) await list(inner, `${path}/`, found, unread);
  } catch {
    unread.push(path);
  }
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A reader hands out a hundred entries at a time and an empty list at the end.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const inner of entries) await walk(inner, found);
  }
}
