// Files and whole folders that were dropped, each with its path.

const HAN_DIGITS = "一二三四五六七八九";

/** 任务二 comes after 任务一 and 10 after 9, in whatever order a disk gives them. */
function inOrder(found) {
  const counted = (path) => path.replace(/[一二三四五六七八九]/g, (digit) => HAN_DIGITS.indexOf(digit) + 1).replaceAll("十", "10");
  const order = new Intl.Collator("zh", { numeric: true });
  return found.sort((one, other) => order.compare(counted(one.path), counted(other.path)));
}

/** Lists everything in a drop; folders are walked. */
export async function dropped(transfer) {
  // Entries must be taken before the first await; afterwards the list is empty.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return inOrder(found);
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
