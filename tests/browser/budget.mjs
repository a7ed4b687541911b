// What a first visit may weigh: bytes, requests, elements and shifts are held to a budget, because they are the same on every
// machine; times are read off Chromium's own trace on a processor slowed down four times, and only printed.
//
//   BASE_URL=http://127.0.0.1:8080 node budget.mjs

import assert from "node:assert/strict";
import { base, launch, screens } from "./browser.mjs";

/** Page, style and script as they travel, pictures not counted. */
const MOST_BYTES = 100_000;
/** The page, its style sheets and scripts, and the sheet of icons. */
const MOST_REQUESTS = 7;
const MOST_ELEMENTS = 1_500;
/** How much may jump while the page loads: "good" by web.dev's Core Web Vitals. */
const MOST_SHIFT = 0.1;
const SLOWER = 4;

const weighed = new Set(["Document", "Stylesheet", "Script"]);
const asksForData = new Set(["XHR", "Fetch"]);

/** Visits `path` with an empty cache and reads what travelled and what the trace says. */
async function visit(browser, path) {
  const context = await browser.newContext({ baseURL: base, locale: "zh-CN", viewport: screens.classroom });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const kinds = new Map();
  const seen = { path, bytes: 0, requests: 0, forData: 0 };
  session.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    if (weighed.has(kind)) seen.bytes += encodedDataLength;
    if (kind !== "Image" && kind !== "Media") seen.requests += 1;
    if (asksForData.has(kind)) seen.forData += 1;
  });
  await session.send("Network.enable");
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await browser.startTracing(page, { categories: ["-*", "blink.user_timing", "devtools.timeline", "loading", "toplevel"] });
  await page.goto(path, { waitUntil: "networkidle" });
  // Painted, and told to the trace.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  seen.elements = await page.evaluate(() => document.querySelectorAll("*").length);
  Object.assign(seen, read(traceEvents));
  await context.close();
  return seen;
}

/** Shifts, the largest paint and the time in which the page's own thread could not answer a key, from the trace's events (µs). */
function read(events) {
  const named = (name) => events.filter((event) => event.name === name);
  const paints = named("largestContentfulPaint::Candidate");
  const thread = paints.at(-1)?.tid;
  const navigation = paints.at(-1)?.args.data.navigationId;
  const began = named("navigationStart").find((event) => event.args.data.navigationId === navigation)?.ts;
  const shifts = named("LayoutShift").map((event) => event.args.data?.weighted_score_delta ?? 0);
  const long = named("ThreadControllerImpl::RunTask").filter((task) => task.tid === thread && task.dur > 50_000);
  return {
    shift: shifts.reduce((sum, shift) => sum + shift, 0),
    largestPaintMs: Math.round((paints.at(-1)?.ts - began) / 1000),
    blockedMs: Math.round(long.reduce((sum, task) => sum + task.dur - 50_000, 0) / 1000),
  };
}

async function firstResource(browser) {
  const page = await browser.newPage({ baseURL: base });
  await page.goto("/search?q=星三角");
  const address = await page.locator(".hit .quotes a").first().getAttribute("href");
  await page.close();
  return address;
}

const browser = await launch();
try {
  const paths = ["/", "/search?q=星三角", await firstResource(browser)];
  for (const path of paths) {
    const seen = await visit(browser, path);
    console.log(JSON.stringify(seen));
    assert.ok(seen.bytes <= MOST_BYTES, `${path} weighs ${seen.bytes} bytes; ${MOST_BYTES} are allowed`);
    assert.ok(seen.requests <= MOST_REQUESTS, `${path} asks ${seen.requests} times; ${MOST_REQUESTS} are allowed`);
    assert.equal(seen.forData, 0, `${path} asks for its data after it has loaded`);
    assert.ok(seen.elements <= MOST_ELEMENTS, `${path} has ${seen.elements} elements; ${MOST_ELEMENTS} are allowed`);
    assert.ok(seen.shift <= MOST_SHIFT, `${path} jumps by ${seen.shift} while it loads; ${MOST_SHIFT} is allowed`);
  }
  console.log("ok - budget: first visits of home, search and resource pages stay light");
} finally {
  await browser.close();
}
