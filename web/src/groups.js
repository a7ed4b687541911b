// Which files become one resource.

/** The ways in which several files can be saved. */
export const WAYS = ["one", "folder", "file"];

/** The resources that files become: each with the path that names it, that of a folder ending in `/`, and its files. */
export function groups(paths, way) {
  if (way === "file") return paths.map(alone);
  if (way === "folder") return shelf(paths, "", true);
  return paths.length ? [{ key: topFolder(paths) ?? paths[0], paths }] : [];
}

/** How several files are meant, as far as their folders tell. */
export function likeliestWay(paths) {
  return groups(paths, "folder").filter(({ key }) => key.endsWith("/")).length > 1 ? "folder" : "one";
}

/** The folder that all paths are in. */
export function topFolder(paths) {
  const top = paths[0]?.slice(0, paths[0].indexOf("/") + 1);
  return top && paths.every((path) => path.startsWith(top)) ? top : undefined;
}

const alone = (path) => ({ key: path, paths: [path] });

/** A folder that holds only folders is a shelf of resources; one with files of its own is a resource, with all below it. */
function shelf(paths, folder, isOutermost) {
  const files = [];
  const folders = new Map();
  for (const path of paths) {
    const cut = path.indexOf("/", folder.length);
    if (cut < 0) files.push(path);
    else folders.set(path.slice(0, cut + 1), [...(folders.get(path.slice(0, cut + 1)) ?? []), path]);
  }
  // Beside several folders the files of what was dropped itself are resources of their own: a standard, a schedule.
  const isShelf = !folder || !files.length || (isOutermost && folders.size > 1);
  if (!isShelf) return [{ key: folder, paths }];
  const isOnly = isOutermost && !files.length && folders.size === 1;
  const within = [...folders].flatMap(([inner, some]) => shelf(some, inner, isOnly || !folder));
  return [...files.map(alone), ...within];
}
