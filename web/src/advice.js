// What the service suggests for files by their names, and whether it holds them already.

/** The most files and folders that one request may name. */
const AT_ONCE = 1000;
/** Larger files are recognised once they are there: a digest needs all of a file in memory. */
const HASHED_UP_TO = 32 * 1024 * 1024;

/** Suggestions for paths, uploads or digests, in their order; none where the service cannot be reached. */
export async function advice(token, files) {
  if (!files.length) return [];
  try {
    const answer = await fetch("/api/v1/suggestions", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRF-Token": token,
        "Accept-Language": document.documentElement.lang,
      },
      body: JSON.stringify({ files: files.slice(0, AT_ONCE) }),
    });
    return answer.ok ? (await answer.json()).items : [];
  } catch {
    return [];
  }
}

/** The SHA-256 of a small file; browsers count it over https only. */
export async function digest(file) {
  if (!crypto.subtle || file.size > HASHED_UP_TO) return undefined;
  try {
    const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    // The file is gone or may not be read; its upload will say so.
    return undefined;
  }
}

/** The place of a suggestion as the form names places. */
export function placeOf({ task, course }) {
  if (task) return `task:${task.id}`;
  return course ? `course:${course.id}` : "";
}

/** Runs `act` a moment after the last call. */
export function soon(act, after = 150) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, after);
  };
}
