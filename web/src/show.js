// Sizes and times as people read them; the pages' Rust side shows sizes in the same way.

/** `820 B`, `63.9 KB`, `3.2 MB`: 1,024 bytes are a KB, as a school's computers count. */
export function bytes(size) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (size >= 1023.5 && unit + 1 < units.length) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 || Number.isInteger(Number(size.toFixed(1))) ? 0 : 1;
  return `${size.toFixed(digits)} ${units[unit]}`;
}

/** How long it will still take, in the largest unit that fits. */
export function left(seconds, words) {
  if (!Number.isFinite(seconds)) return "…";
  if (seconds < 90) return words.seconds.replace("{n}", Math.ceil(seconds));
  if (seconds < 5400) return words.minutes.replace("{n}", Math.ceil(seconds / 60));
  return words.hours.replace("{n}", (seconds / 3600).toFixed(1));
}
