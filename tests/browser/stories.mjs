// A teacher shares two files, finds a sentence in one of them, and fetches the original: with scripts and without.
//
//   BASE_URL=http://127.0.0.1:8080 NAME=… PASSWORD=… SAMPLE_PASSWORD=… node stories.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { base, launch, pictures, screens, signIn, withPage } from "./browser.mjs";

/** How long text may take from upload to search result on a busy machine. */
const PATIENCE_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "stories-"));
mkdirSync(pictures, { recursive: true });

/** Two files of one lesson; `code` stands in the second one only, and nowhere else in the library. */
function lesson(title) {
  const code = `GX-${randomInt(10 ** 8, 10 ** 9)}`;
  const worksheet = `${title}\n\n学习任务：安装与调试三相异步电动机星三角降压启动控制线路。\n`;
  const steps = `# 操作步骤\n\n1. 断电，挂牌。\n2. 按图 ${code} 接线，检查时间继电器的整定值。\n3. 通电试车。\n`;
  return { title, code, files: [keep(`${title} 工作页.txt`, worksheet), keep(`${title} 操作步骤.md`, steps)] };
}

function keep(fileName, text) {
  const path = join(folder, fileName);
  writeFileSync(path, text);
  return path;
}

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Fills the form and sends it; ends on the page of the new resource. */
async function share(page, { title, files }) {
  await page.goto("/upload");
  const form = page.locator("form[action='/upload']");
  await form.locator("input[type=file]").first().setInputFiles(files);
  await form.locator("[name=title]").fill(title);
  await form.locator("[name=type]").selectOption({ index: 1 });
  await form.locator("button[data-send], button:not([type=button])").last().click();
  await page.waitForURL(/\/r\/[^/]+$/, { timeout: PATIENCE_MS });
}

/** Searches until the new resource is among the hits; the page itself needs no script for this. */
async function find(page, { code, title }) {
  const hit = page.locator(".hits .hit", { hasText: title });
  const until = Date.now() + PATIENCE_MS;
  do {
    await page.goto(`/search?q=${encodeURIComponent(code)}`);
    if (await hit.locator("mark").count()) return hit.first();
  } while (Date.now() < until);
  assert.fail(`“${code}” was not found within ${PATIENCE_MS} ms`);
}

/** Opens the passage that was found and fetches the file it stands in. */
async function openAndFetch(page, hit, { code, files }) {
  await hit.locator(".quotes a, a").first().click();
  await page.waitForURL(/\/r\//);
  const file = page.locator(".files .file", { hasText: "操作步骤" });
  const [download] = await Promise.all([page.waitForEvent("download"), file.locator("a[download]").click()]);
  const fetched = join(folder, `fetched-${code}`);
  await download.saveAs(fetched);
  assert.equal(sha256(fetched), sha256(files[1]));
  assert.match(download.suggestedFilename(), /操作步骤\.md$/);
}

async function picture(page, label) {
  await page.screenshot({ path: join(pictures, `${label}.png`), fullPage: true });
}

async function shareFindAndFetch(page, title, label) {
  const ours = lesson(title);
  await signIn(page);
  await share(page, ours);
  await picture(page, `${label}-resource`);
  const hit = await find(page, ours);
  await picture(page, `${label}-search`);
  await openAndFetch(page, hit, ours);
}

async function lookAround(page, label) {
  for (const [place, address] of [["home", "/"], ["search", "/search?q=星三角"], ["packs", "/packs"], ["sign-in", "/sign-in"]]) {
    const answer = await page.goto(address);
    assert.equal(answer.status(), 200, address);
    await picture(page, `${label}-${place}`);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.ok(!wider, `${address} scrolls sideways on the ${label} screen`);
  }
}

/** Types pinyin into the search box, as happens with the input method switched off, and picks with the keyboard. */
async function pickSuggestion(page) {
  await page.goto("/search");
  const box = page.getByRole("combobox");
  const list = page.getByRole("listbox");
  const jumps = await page.evaluate(() => document.body.scrollHeight);
  await box.pressSequentially("duidao", { delay: 30 });
  const wanted = list.getByRole("option", { name: "对刀", exact: false }).first();
  await wanted.waitFor({ timeout: PATIENCE_MS });
  assert.equal(await box.getAttribute("aria-expanded"), "true");
  assert.equal(await page.evaluate(() => document.body.scrollHeight), jumps, "the page moved under the list");
  assert.match(await page.locator(".find [role=status]").textContent(), /\d/);
  await picture(page, "suggestions");

  await box.press("Escape");
  await list.waitFor({ state: "hidden" });
  assert.equal(await box.inputValue(), "duidao");
  await box.press("ArrowDown");
  await wanted.waitFor();
  do {
    await box.press("ArrowDown");
  } while ((await box.getAttribute("aria-activedescendant")) !== (await wanted.getAttribute("id")));
  assert.equal(await wanted.getAttribute("aria-selected"), "true");
  await box.press("Enter");
  await page.waitForURL((url) => url.pathname === "/search" && url.searchParams.get("q") === "对刀");
  assert.ok(await page.locator(".hits .hit").count(), "the suggestion found nothing");
}

/** While an input method composes, its letters are not a question and its keys are its own. */
async function compose(page) {
  await page.goto("/search");
  const asked = [];
  page.on("request", (request) => request.url().includes("/suggest") && asked.push(new URL(request.url())));
  const box = page.getByRole("combobox");
  await box.focus();
  const session = await page.context().newCDPSession(page);
  for (const text of ["d", "du", "dui", "dui d", "dui dao"]) {
    await session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await page.waitForTimeout(300);
  assert.deepEqual(asked, [], "asked while the input method was composing");
  await session.send("Input.insertText", { text: "对刀" });
  await page.getByRole("option").first().waitFor({ timeout: PATIENCE_MS });
  assert.deepEqual(asked.map((url) => url.searchParams.get("q")), ["对刀"]);
}

/** The answer follows the typing on the same page; "j" reaches the first hit, and going back leads to where one came from. */
async function followTyping(page) {
  await page.goto("/");
  await page.goto("/search");
  await page.evaluate(() => (window.isSamePage = true));
  await page.getByRole("combobox").pressSequentially("对刀", { delay: 30 });
  await page.getByRole("heading", { level: 1, name: "对刀" }).waitFor({ timeout: PATIENCE_MS });
  assert.equal(new URL(page.url()).searchParams.get("q"), "对刀");
  assert.ok(await page.evaluate(() => window.isSamePage), "the page was loaded anew");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("j");
  const first = page.locator(".hit .card-title a").first();
  assert.ok(await first.evaluate((title) => title === document.activeElement), "j did not reach the first hit");
  await page.goBack();
  assert.equal(new URL(page.url()).pathname, "/");
}

/** A major opens into its courses, a course into its tasks; leaving the major leaves all of it. */
async function narrowDown(page) {
  await page.goto("/search?q=工作页");
  const tree = page.locator(".facets section", { hasText: "专业与课程" });
  await tree.locator("a").first().click();
  await tree.locator("li li a").first().click();
  await tree.locator("li li li a").first().click();
  assert.equal(await page.locator(".chip").count(), 3);
  assert.ok(await page.locator(".hits .hit").count());
  await tree.locator("a").first().click();
  assert.equal(await page.locator(".chip").count(), 0);
}

/** Three clicks from a course to a pack: its page shows what is in it, and the command to have it. */
async function makePack(page) {
  await signIn(page);
  await page.goto("/");
  await page.locator("a[href^='/c/']", { has: page.locator(".count") }).first().click();
  await page.getByRole("link", { name: "制作资源包" }).first().click();
  await picture(page, "pack-new");
  await page.getByRole("button", { name: "制作并发布" }).click();
  await page.waitForURL(/\/p\/[^/]+$/);
  // While it is being made the page looks again by itself.
  await page.locator(".tree .leaf").first().waitFor({ timeout: PATIENCE_MS });
  await picture(page, "pack");
  assert.ok(await page.locator(".tree .fold > summary").first().isVisible(), "the folders are not shown");
  const command = await page.locator("#command").textContent();
  assert.match(command, /^gongxue pull https?:\S+ --pack [0-9a-f-]{36} --to \.\/[^\s'"$`]+$/);
  const file = page.locator(".leaf-files a").first();
  const [download] = await Promise.all([page.waitForEvent("download"), file.click()]);
  assert.equal(await download.failure(), null);
}

/** A presentation becomes pages by itself, as LibreOffice paints them; they turn, and their words can be selected. */
async function lookAtSlides(page) {
  await signIn(page);
  const slides = new URL("../fixtures/corpus/electric-rich.pptx", import.meta.url).pathname;
  await share(page, { title: `电路课件 ${randomInt(10 ** 8)}`, files: [slides] });
  const sheet = page.locator(".reader .sheet");
  await sheet.waitFor({ timeout: PATIENCE_MS });
  assert.ok(await sheet.locator("text").count(), "no word of the slide can be selected");
  await page.waitForFunction(() => document.querySelector(".sheet img").naturalWidth > 300);
  await picture(page, "slides");
  await page.locator(".turn [rel=next]").click();
  await page.waitForURL(/[?&]slide=2&/);
  await page.locator("#reading-title", { hasText: "第 2 张" }).waitFor();
}

/** Twelve seconds of film with two chapters, in a form that no browser plays. No two runs make the same bytes. */
function oldFilm() {
  const name = `操作录像 ${randomInt(10 ** 8)}`;
  const [about, film] = [join(folder, "about.txt"), join(folder, `${name}.mkv`)];
  const chapter = (start, end, title) => ["[CHAPTER]", "TIMEBASE=1/1000", `START=${start}`, `END=${end}`, `title=${title}`];
  const lines = [";FFMETADATA1", `title=${name}`, ...chapter(0, 7000, "装夹工件"), ...chapter(7000, 12000, "试切对刀")];
  writeFileSync(about, lines.join("\n"));
  const inputs = ["-f lavfi -i testsrc2=size=640x360:rate=25:duration=12", "-f lavfi -i sine=duration=12"].join(" ").split(" ");
  const how = "-map 0 -map 1 -map_metadata 2 -c:v mpeg4 -c:a mp2".split(" ");
  execFileSync("ffmpeg", ["-loglevel", "error", ...inputs, "-i", about, ...how, film]);
  return film;
}

/** A film that browsers cannot play becomes one that they can, as ffmpeg makes it; its chapters lead into it. */
async function watchOldFilm(page) {
  await signIn(page);
  await share(page, { title: `操作录像 ${randomInt(10 ** 8)}`, files: [oldFilm()] });
  const film = page.locator(".player video");
  await page.locator(".player:not([data-waiting]) source[type='video/mp4']").waitFor({ state: "attached", timeout: PATIENCE_MS });
  await page.waitForFunction(() => document.querySelector(".player video").readyState >= 2, null, { timeout: PATIENCE_MS });
  assert.ok((await film.evaluate((film) => film.duration)) > 11.5, "it does not know how long it is");
  const poster = await page.request.get(await film.getAttribute("poster"));
  assert.equal(poster.headers()["content-type"], "image/jpeg");
  await page.getByRole("link", { name: "试切对刀" }).click();
  await page.waitForFunction(() => {
    const film = document.querySelector(".player video");
    return film.currentTime > 7 && film.readyState >= 2 && !film.seeking;
  });
  await picture(page, "old-film");
}

/** Drags the last entry of a pack to the top and one further down again by the keyboard; saved, it stays there. */
async function orderPack(page) {
  await signIn(page);
  await page.goto("/upload");
  const headers = { "X-CSRF-Token": await page.locator("#upload [name=csrf]").inputValue() };
  const { items } = await (await page.request.get("/api/v1/courses?limit=3")).json();
  const data = { title: "三门课程", scope: "school", contents: items.map(({ id }) => ({ course: id })) };
  const { url } = await (await page.request.post("/api/v1/packs", { headers, data })).json();
  await page.goto(`${url}/edit`);
  const entries = page.locator(".entries > li");
  const names = () => entries.locator(".card-title").allTextContents();
  const [first, second, third] = await names();

  await entries.nth(2).locator("textarea").fill("先看这个");
  await entries.nth(2).locator("[data-grip]").hover();
  await page.mouse.down();
  const { y } = await entries.nth(0).boundingBox();
  for (const step of [80, 40, 0, -4]) await page.mouse.move(300, y + step);
  await page.mouse.up();
  assert.deepEqual(await names(), [third, first, second]);
  await entries.nth(0).locator("[data-grip]").press("ArrowDown");
  assert.deepEqual(await names(), [first, third, second]);
  assert.match(await page.locator("[data-order-said]").textContent(), /第 2 项/);
  await picture(page, "pack-order");
  await page.locator(".send button.main").click();
  await page.goto(`${url}/edit`);
  assert.deepEqual(await names(), [first, third, second]);
  assert.equal(await entries.nth(1).locator("textarea").inputValue(), "先看这个");
}

/** Puts what there is for a task in another order; the course's page shows it so, to the whole school. */
async function orderTask(page) {
  await signIn(page);
  await page.goto("/");
  const { items } = await (await page.request.get("/api/v1/courses")).json();
  const { hits } = await (await page.request.get("/api/v1/search?q=星三角&limit=50")).json();
  const counted = (id) => hits.filter(({ resource }) => resource.task?.id === id).length;
  const [course, task] = items
    .flatMap((course) => course.tasks.map((task) => [course, task]))
    .sort(([, one], [, other]) => counted(other.id) - counted(one.id))[0];
  await page.goto(`/c/${course.id}`);
  const section = page.locator(`#task-${task.id}`);
  const shown = () => section.locator(".card-title a").allTextContents();
  await section.getByRole("link", { name: /^排顺序/ }).click();
  const entries = page.locator(".entries > li");
  const first = await entries.nth(0).locator(".card-title").textContent();
  await entries.nth(1).locator("[data-grip]").hover();
  await page.mouse.down();
  const { y } = await entries.nth(0).boundingBox();
  for (const step of [40, 0, -4]) await page.mouse.move(300, y + step);
  await page.mouse.up();
  assert.equal(await entries.nth(1).locator(".card-title").textContent(), first);
  const moved = await entries.nth(0).locator(".card-title").textContent();
  await picture(page, "task-order");
  await page.locator(".send button.main").click();
  await page.waitForURL((url) => url.searchParams.get("done") === "saved");
  await page.goto(`/c/${course.id}`);
  assert.deepEqual((await shown()).slice(0, 2), [moved, first]);
  await page.goto(`/tasks/${task.id}/order`);
  await page.locator("button[value=newest]").click();
  await page.waitForURL((url) => url.searchParams.get("done") === "given-up");
  assert.deepEqual((await entries.locator(".card-title").allTextContents()).slice(0, 2), [first, moved]);
}

/** A school's own network has http addresses, where browsers hand out no clipboard. */
async function copyWithoutClipboard(page) {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }));
  await signIn(page);
  const { hits } = await (await page.request.get("/api/v1/search?q=星三角")).json();
  await page.goto(`/r/${hits[0].resource.id}`);
  const wanted = await page.locator(".cite [data-copy]").getAttribute("data-copy");
  await page.locator(".cite [data-copy]").click();
  await page.locator(".cite [data-copy]", { hasText: "已复制" }).waitFor();
  assert.equal(await pasted(page), wanted);
  // Where even that is refused, the text stands there selected.
  await page.reload();
  await page.evaluate(() => (document.execCommand = () => false));
  await page.locator(".cite [data-copy]").click();
  const byHand = page.locator("textarea.by-hand");
  await byHand.waitFor();
  assert.equal(await byHand.inputValue(), wanted);
  assert.equal(await byHand.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd)), wanted);
}

/** What the keyboard pastes into a field. */
async function pasted(page) {
  await page.locator("#find").fill("");
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("textarea"), { id: "paste" })));
  await page.locator("#paste").focus();
  await page.keyboard.press("Control+V");
  return page.locator("#paste").inputValue();
}

/** A token is shown once; it can be copied, and seen without any script. */
async function tokenShownOnce(page) {
  const asked = [];
  page.on("dialog", (dialog) => asked.push(dialog.type()) && dialog.accept());
  await signIn(page);
  await page.goto("/account");
  await page.locator("form[action='/account/tokens'] button").click();
  const token = await page.locator("#token-made").inputValue();
  assert.equal(await page.locator("[data-copy]").first().getAttribute("data-copy"), token);
  await page.goto("/");
  assert.deepEqual(asked, ["beforeunload"]);
}

/** Passwords for once are not lost by a click beside the button: leaving asks, until they were copied. */
async function keepPasswords(page) {
  const asked = [];
  page.on("dialog", (dialog) => asked.push(dialog.type()) && dialog.accept());
  await signIn(page, "admin-s1", process.env.SAMPLE_PASSWORD);
  for (const isCopied of [false, true]) {
    await page.goto("/admin/accounts");
    await page.locator("form.form #name").fill(`once-${Date.now()}`);
    await page.locator("form.form #display").fill("王老师");
    await page.locator("form.form:has(#display) button").click();
    await page.locator(".carry-off [data-copy]").waitFor();
    if (isCopied) {
      await page.locator(".carry-off [data-copy]").click();
      await page.locator(".carry-off [data-copy]", { hasText: "已复制" }).waitFor();
    }
    asked.length = 0;
    await page.goto("/");
    assert.deepEqual(asked, isCopied ? [] : ["beforeunload"]);
  }
}

/** The computer of a teacher who has a fingerprint reader, as browsers see it. */
async function fingerprintReader(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  await session.send("WebAuthn.addVirtualAuthenticator", { options });
}

/** A teacher adds a passkey, signs in by it without a password, and takes it away again. */
async function usePasskey(page) {
  await fingerprintReader(page);
  await signIn(page);
  await page.goto("/account");
  const add = page.locator("[data-passkey=add]");
  const name = `办公室电脑 ${Date.now()}`;
  await add.locator("[name=name]").fill(name);
  await add.locator("button").click();
  await page.waitForURL(/done=passkey$/);
  const row = page.locator("section:has(#passkeys) li", { hasText: name });
  await row.waitFor();
  await picture(page, "passkeys");
  // On the same device there is one already, and the page says so.
  await add.locator("[name=name]").fill("再来一个");
  await add.locator("button").click();
  await add.locator("[role=alert]", { hasText: "已经有本账号的通行密钥" }).waitFor();

  await page.context().clearCookies();
  await page.goto("/sign-in?return_to=/mine");
  await page.locator("[data-passkey=sign-in] button").click();
  await page.waitForURL((url) => url.pathname === "/mine");
  await page.goto("/account");
  await row.locator("summary").click();
  await row.locator("form[action$='/remove'] button").click();
  await page.waitForURL(/done=passkey-removed$/);
  assert.equal(await row.count(), 0);

  await page.context().clearCookies();
  await page.goto("/sign-in");
  const place = page.locator("[data-passkey=sign-in]");
  await place.locator("button").click();
  await place.locator("[role=alert]", { hasText: "通行密钥不对" }).waitFor();
}

/** Browsers that know no passkeys offer none, and every other way works. */
async function withoutPasskeys(page) {
  await page.addInitScript(() => delete window.PublicKeyCredential);
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  assert.ok(await page.locator("[data-passkey=sign-in]").isHidden());
  await signIn(page);
  await page.goto("/account");
  assert.ok(await page.locator("[data-passkey-unknown]").isVisible());
  assert.ok(await page.locator("[data-passkey=add]").isHidden());
}

/** Browsers make passkeys over https, and for this machine by its name. */
const localhost = base.replace("127.0.0.1", "localhost");

const stories = {
  "a teacher adds a passkey, signs in by it and takes it away": (browser) =>
    withPage(browser, { viewport: screens.classroom, baseURL: localhost, forgives: [401] }, usePasskey),
  "a browser that knows no passkeys offers none": (browser) =>
    withPage(browser, { viewport: screens.classroom, baseURL: localhost }, withoutPasskeys),
  "passwords that are shown once are not left behind unasked": (browser) =>
    withPage(browser, { viewport: screens.classroom }, keepPasswords),
  "what a page offers to copy is copied over http, too": (browser) =>
    withPage(browser, { viewport: screens.classroom }, copyWithoutClipboard),
  "a token that is shown once can be copied, and is not left behind unasked": (browser) =>
    withPage(browser, { viewport: screens.classroom }, tokenShownOnce),
  "a teacher shares two files, finds a sentence and fetches the original": (browser) =>
    withPage(browser, { viewport: screens.classroom }, (page) => shareFindAndFetch(page, "星三角启动", "classroom")),
  "the same on a telephone": (browser) =>
    withPage(browser, { viewport: screens.telephone, isMobile: true, hasTouch: true }, (page) =>
      shareFindAndFetch(page, "正反转控制", "telephone"),
    ),
  "the same without any script": (browser) =>
    withPage(browser, { viewport: screens.classroom, javaScriptEnabled: false }, (page) =>
      shareFindAndFetch(page, "点动与自锁", "plain"),
    ),
  "a teacher types pinyin and picks a suggestion with the keyboard": (browser) =>
    withPage(browser, { viewport: screens.classroom }, pickSuggestion),
  "an input method is left alone while it composes": (browser) =>
    withPage(browser, { viewport: screens.classroom }, compose),
  "the answer follows the typing, hands on the keyboard": (browser) =>
    withPage(browser, { viewport: screens.classroom }, followTyping),
  "a major opens into courses and tasks, without any script": (browser) =>
    withPage(browser, { viewport: screens.classroom, javaScriptEnabled: false }, narrowDown),
  "a teacher makes a pack of a course in three clicks": (browser) =>
    withPage(browser, { viewport: screens.classroom }, makePack),
  "a pack is made on a telephone without any script": (browser) =>
    withPage(browser, { viewport: screens.telephone, isMobile: true, javaScriptEnabled: false }, makePack),
  "a presentation is looked at slide by slide": (browser) =>
    withPage(browser, { viewport: screens.classroom }, lookAtSlides),
  "a film that no browser plays is watched": (browser) =>
    withPage(browser, { viewport: screens.classroom }, watchOldFilm),
  "a pack's entries are dragged into another order": (browser) =>
    withPage(browser, { viewport: screens.classroom }, orderPack),
  "a task's resources are dragged into another order": (browser) =>
    withPage(browser, { viewport: screens.classroom }, orderTask),
  "pages fit the classroom's screen": (browser) =>
    withPage(browser, { viewport: screens.classroom }, (page) => lookAround(page, "classroom-guest")),
  "pages fit a telephone's screen": (browser) =>
    withPage(browser, { viewport: screens.telephone, isMobile: true }, (page) => lookAround(page, "telephone-guest")),
};

// The headless Chromium of 2023 that old.mjs unpacks ends itself (SIGILL) when an authenticator answers.
if (process.env.AUTHENTICATOR === "none") delete stories["a teacher adds a passkey, signs in by it and takes it away"];

const browser = await launch();
try {
  for (const [title, story] of Object.entries(stories)) {
    await story(browser);
    console.log(`ok - browser: ${title}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
