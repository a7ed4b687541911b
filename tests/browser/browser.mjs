// Starts Chromium and watches its pages: a script that fails or a request that the policy blocks fails the story.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";

/** The two screens a school has: an old classroom PC and a telephone. */
export const screens = {
  classroom: { width: 1366, height: 768 },
  telephone: { width: 390, height: 844 },
};

/** Nothing that would look for the outside world. */
const flags = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  "--no-sandbox",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

/** Runs `story` with a fresh page and fails when the page complained, or a part of it got a status that is not forgiven. */
export async function withPage(browser, { forgives = [], ...options }, story) {
  const context = await browser.newContext({ baseURL: base, locale: "zh-CN", ...options });
  const page = await context.newPage();
  const complaints = [];
  // A page that was asked for and is not there is an answer; a part of a page that is not there is a fault.
  const isOwnSaying = (message) => !message.text().startsWith("Failed to load resource");
  page.on("console", (message) => message.type() === "error" && isOwnSaying(message) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (answer) => {
    const isPart = answer.request().resourceType() !== "document";
    if (answer.status() >= (isPart ? 400 : 500) && !forgives.includes(answer.status())) complaints.push(`${answer.status()} ${answer.url()}`);
  });
  try {
    await story(page);
    assert.deepEqual(complaints, []);
  } catch (error) {
    await page.screenshot({ path: `${pictures}/failed.png`, fullPage: true }).catch(() => {});
    throw new Error(`at ${page.url()}; the page said ${JSON.stringify(complaints)}`, { cause: error });
  } finally {
    await context.close();
  }
}

/** Signs in; as whom the environment names, if nobody else is named. */
export async function signIn(page, name = process.env.NAME, password = process.env.PASSWORD) {
  await page.goto("/sign-in");
  const form = page.locator("form[action='/sign-in']");
  await form.locator("[name=name]").fill(name ?? assert.fail("NAME is not set"));
  await form.locator("[name=password]").fill(password ?? assert.fail("PASSWORD is not set"));
  await form.locator("button").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** Where pictures go; git does not look there. */
export const pictures = new URL("../../test-output", import.meta.url).pathname;
