// Every page that anybody can reach, in both languages and both themes: nothing in the way of anyone (axe-core's rules for
// WCAG 2.2 AA), nothing that scrolls sideways however narrow the window, nothing that the console complains about.
//
//   BASE_URL=http://127.0.0.1:8080 SAMPLE_PASSWORD=… node every.mjs [ACCOUNT…]
//
// The accounts are those of the sample library; a guest comes first. Pictures of each page are left in test-output/.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { base, launch, pictures, screens, signIn, withPage } from "./browser.mjs";
import { crawl, kind } from "./crawl.mjs";

const password = process.env.SAMPLE_PASSWORD ?? assert.fail("SAMPLE_PASSWORD is not set");
const accounts = process.argv.slice(2);
if (!accounts.length) accounts.push("reader", "teacher-s1", "admin-s1", "expert", "bureau", "auditor");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** 320 px is a 1280 px screen at 400 % (WCAG 2.2, 1.4.10); 683 px is the classroom's at 200 %. */
const widths = [320, 390, 683, 1366, 1920];

/** Where a walk through the library begins: what people type, and pages that nothing links to. */
const start = ["/", "/search?q=星三角", "/search?q=zzzqqq不存在的词", "/search?q=对刀&type=worksheet", "/r/nothing-here", "/problems/no-such-page"];

const shots = join(pictures, "pages");
mkdirSync(shots, { recursive: true });

/** What axe-core finds, a line each: rule, where, and what is wrong there. */
async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
    rules,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`),
  );
}

const inLanguage = (address, tag) => {
  const url = new URL(address, base);
  url.searchParams.set("lang", tag);
  return url.href;
};

/** Looks at one page in both languages and themes; says what is wrong. */
async function look(page, address, name) {
  const wrong = [];
  for (const tag of ["en", "zh"]) {
    await page.goto(inLanguage(address, tag));
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      wrong.push(...(await faults(page)).map((fault) => `${tag} ${colorScheme}: ${fault}`));
    }
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 700 ? 844 : 768 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wrong.push(`${width} px wide: scrolls sideways by ${over} px`);
    if (width === 390 || width === 1366) {
      await page.emulateMedia({ colorScheme: width === 390 ? "dark" : "light" });
      await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(screens.classroom);
  return wrong;
}

const nameOf = (kindOf) => kindOf.replace(/[^\p{L}\d]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80) || "home";

/** Walks as one person through every kind of page that those before have not seen. */
async function walk(browser, account, known) {
  const wrong = [];
  await withPage(browser, { viewport: screens.classroom, reducedMotion: "reduce" }, async (page) => {
    if (account) await signIn(page, account, password);
    const found = await crawl(page, start.map((address) => new URL(address, base).href), known);
    for (const [kindOf, address] of found) {
      known.add(kindOf);
      const name = `${account ?? "guest"}-${nameOf(kindOf)}`;
      wrong.push(...(await look(page, address, name)).map((fault) => `${account ?? "guest"} ${kind(address)}: ${fault}`));
    }
    console.log(`${account ?? "guest"}: ${found.size} kinds of pages`);
  });
  return wrong;
}

const browser = await launch();
try {
  const known = new Set();
  const wrong = [];
  for (const account of [undefined, ...accounts]) wrong.push(...(await walk(browser, account, known)));
  for (const fault of wrong) console.error(`not ok - ${fault}`);
  assert.equal(wrong.length, 0, `${wrong.length} faults on ${known.size} kinds of pages`);
  console.log(`ok - every page: ${known.size} kinds, two languages, two themes, five widths`);
} finally {
  await browser.close();
}
