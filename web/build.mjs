// Bundles the pages' scripts into ../src/http/web/assets, together with the licences of what they carry.
// `npm run build` writes them; `npm run check` fails when the committed files are not what the sources make.
import { readFileSync, readdirSync, existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const assets = fileURLToPath(new URL("../src/http/web/assets/", import.meta.url));

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/site.js", "src/upload.js", "src/arrange.js", "src/look.js", "src/passkeys.js", "src/training.js"],
  outdir: assets,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  // What browsers of the last four years speak.
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
});

/** The packages of which the bundles hold a part. */
function packages(metafile) {
  const names = Object.keys(metafile.inputs)
    .map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
    .filter(Boolean);
  return [...new Set(names)].sort();
}

function licence(name) {
  const folder = `${here}node_modules/${name}/`;
  const { version, license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(folder + file, "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}\n`;
}

const rule = `\n${"-".repeat(80)}\n\n`;
const notices = "The scripts in this folder hold parts of the following packages.\n";
const files = result.outputFiles.map(({ path, text }) => ({ path, text }));
files.push({
  path: `${assets}THIRD-PARTY.txt`,
  text: [notices, ...packages(result.metafile).map(licence)].join(rule),
});

const stale = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, "utf8") !== text);
if (process.argv.includes("--check")) {
  for (const { path } of stale) console.error(`${path} is not what the sources make; run \`npm run build\``);
  process.exitCode = stale.length ? 1 : 0;
} else {
  for (const { path, text } of stale) writeFileSync(path, text);
  for (const { path, text } of files) console.log(`${Buffer.byteLength(text)} bytes  ${path}`);
}
