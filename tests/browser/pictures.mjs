// Takes the pictures of docs/ again, from a service with the sample library.
//
//   BASE_URL=http://127.0.0.1:8080 SAMPLE_PASSWORD=… node pictures.mjs

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, screens, signIn, withPage } from "./browser.mjs";

const password = process.env.SAMPLE_PASSWORD ?? assert.fail("SAMPLE_PASSWORD is not set");
const folder = new URL("../../docs/pictures", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

async function take(page, name) {
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 80 });
}

/** The first result for some words. */
async function firstHit(page, words) {
  await page.goto(`/search?q=${encodeURIComponent(words)}`);
  return page.locator(".hit .quotes a").first().getAttribute("href");
}

async function asGuest(page) {
  await page.goto("/");
  await take(page, "home");
  await page.goto("/search?q=星三角");
  await take(page, "results");
  await page.goto(await firstHit(page, "星三角"));
  await take(page, "resource");
  await page.goto("/");
  await page.goto(await page.locator("a[href^='/c/']", { has: page.locator(".count") }).first().getAttribute("href"));
  await take(page, "course");
}

async function asTeacher(page) {
  await signIn(page, "teacher-s1", password);
  for (const [name, address] of [["upload", "/upload"], ["packs", "/packs"]]) {
    await page.goto(address);
    await take(page, name);
  }
}

async function asAdministrator(page) {
  await signIn(page, "admin-s1", password);
  await page.goto("/review");
  await take(page, "review");
}

const browser = await launch();
try {
  await withPage(browser, { viewport: screens.classroom }, asGuest);
  await withPage(browser, { viewport: screens.classroom }, asTeacher);
  await withPage(browser, { viewport: screens.classroom }, asAdministrator);
} finally {
  await browser.close();
}
