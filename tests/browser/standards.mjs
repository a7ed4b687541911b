// The bureau gives a task of a major another name by the table of a new version of its standard, sees what that touches before
// it is published, and follows one of the resources up: without any script.
//
//   BASE_URL=http://127.0.0.1:8080 SAMPLE_PASSWORD=… node standards.mjs

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, pictures, screens, signIn, withPage } from "./browser.mjs";

const password = process.env.SAMPLE_PASSWORD ?? assert.fail("SAMPLE_PASSWORD is not set");
/** How long a busy machine may take. */
const PATIENCE_MS = 60_000;
/** The task as the sample names it; each run puts another number behind it. */
const TASK = "焊缝外观检查与渗透检测";

const folder = mkdtempSync(join(tmpdir(), "standards-"));
mkdirSync(pictures, { recursive: true });

const picture = (page, label) => page.screenshot({ path: join(pictures, `standards-${label}.png`), fullPage: true });

/** A draft of the major's next version; ends on its page. */
async function makeDraft(page, title) {
  await page.goto("/standards/new");
  const form = page.locator("form[action='/standards']");
  const major = form.locator("[name=major] option", { hasText: "焊接加工" }).first();
  await form.locator("[name=major]").selectOption(await major.getAttribute("value"));
  await form.locator("[name=title]").fill(title);
  await form.locator("button.main").click();
  await page.waitForURL(/\/standards\/[0-9a-f-]+\?done=added$/);
}

/** What is taught, with the task under another name, as somebody changes one cell of the sheet. */
async function renamedTable(page, to) {
  const address = await page.locator("a[href*='/table?format=xlsx']").first().getAttribute("href");
  const answer = await page.request.get(address.replace("xlsx", "csv"));
  const lines = (await answer.text()).split("\r\n").map((line) => {
    const cells = line.split(",");
    const at = cells.findIndex((cell) => cell.startsWith(TASK));
    if (at >= 0) cells[at] = to;
    return cells.join(",");
  });
  const path = join(folder, "课程标准.csv");
  writeFileSync(path, lines.join("\r\n"));
  return path;
}

async function fromDraftToFollowedUp(page) {
  const name = `${TASK}${randomInt(10 ** 4, 10 ** 5)}`;
  await signIn(page, "bureau", password);
  await makeDraft(page, `焊接加工课程标准 ${name}`);

  await page.locator("input[type=file]").setInputFiles(await renamedTable(page, name));
  await page.locator("form[action$='/table'] button").click();
  await page.waitForURL(/done=table$/, { timeout: PATIENCE_MS });
  await page.locator("#changes + ul", { hasText: name }).waitFor();
  const touched = page.locator("section[aria-labelledby=touches]");
  assert.match(await touched.locator("p").first().textContent(), /[1-9]\d* 个资源/);
  await picture(page, "draft");

  await page.locator("form[action$='/publish'] button").click();
  await page.waitForURL(/done=published$/, { timeout: PATIENCE_MS });
  await page.locator("a[href*='/standards/followups?standard=']").click();
  const open = page.locator(".rows li", { has: page.locator(".status-open") });
  const before = await open.count();
  assert.ok(before > 0, "nothing is to be followed up");
  await picture(page, "followups");
  await open.first().locator("button[value=done]").click();
  await page.waitForURL(/done=decided$/);
  assert.equal(await open.count(), before - 1);
}

const browser = await launch();
try {
  await withPage(browser, { viewport: screens.classroom, javaScriptEnabled: false }, fromDraftToFollowedUp);
  console.log("ok - browser: the bureau brings a standard from a draft to what is followed up");
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
