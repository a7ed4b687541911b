// Several people and one piece of work, each led to it by their own home page: a company's case and the administrator who
// approves it, an expert's visit and the school that answers, a call from its entries to its result, a school and its evidence.
//
//   BASE_URL=http://127.0.0.1:8080 SAMPLE_PASSWORD=… DATABASE=…/gongxue.db node roles.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, pictures, screens, signIn, withPage } from "./browser.mjs";

/** How long the service may take to make a pack on a busy machine. */
const PATIENCE_MS = 90_000;
/** The call of the sample. */
const CALL = "优质课堂评选";

mkdirSync(pictures, { recursive: true });

/** Somebody of the sample at their desk. */
const at = (browser, name, work) =>
  withPage(browser, { viewport: screens.classroom }, async (page) => {
    await signIn(page, name, process.env.SAMPLE_PASSWORD);
    return work(page);
  });

const picture = (page, label) => page.screenshot({ path: join(pictures, `roles-${label}.png`), fullPage: true });

/** Follows what waits today, by how it is called. */
async function followTodo(page, words) {
  await page.goto("/");
  await page.locator(".todos a, a", { hasText: words }).first().click();
}

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

/** A case that a company gave waits for its school, is approved, and its giver sees what became of it. */
async function approveCase(browser) {
  const title = "台阶轴批量加工尺寸超差";
  await at(browser, "admin-s1", async (page) => {
    await followTodo(page, "待您审核的资源");
    await picture(page, "queue");
    await page.locator("main a", { hasText: title }).first().click();
    await page.locator("form[action$='/approve'] button").first().click();
    await page.waitForLoadState();
    await picture(page, "approved");
    assert.equal(await page.locator("form[action$='/approve']").count(), 0, "it is still asked for");
  });
  await at(browser, "partner", async (page) => {
    await page.goto("/companies");
    await page.locator("main .rows a, main a", { hasText: "示范精密机械" }).first().click();
    const given = page.locator("main li", { hasText: title });
    await picture(page, "company");
    assert.match(await given.first().innerText(), /已发布/);
  });
}

/** An expert records a visit, the school is led to it and answers, the expert is led to the answer and closes it. */
async function answerVisit(browser) {
  const asked = `工作页分级怎样评价 ${Date.now()}`;
  await at(browser, "expert-2", async (page) => {
    await page.goto("/visits");
    const form = page.locator("form[action='/visits']");
    await form.locator("[name=day]").fill(today());
    await form.locator("[name=school]").selectOption({ label: await labelOf(form.locator("[name=school]"), "第五") });
    await form.locator("[name=asked]").fill(asked);
    await form.locator("[name=advice]").fill("先统一评价表。");
    await form.locator("button").click();
    await page.waitForLoadState();
  });
  await at(browser, "admin-s5", async (page) => {
    await followTodo(page, "待学校答复的专家指导");
    await openVisit(page, asked);
    await page.locator("form[action$='/answer'] [name=done]").fill("评价表已经统一，下周试用。");
    await page.locator("form[action$='/answer'] button").click();
    await page.waitForLoadState();
    await picture(page, "answered");
  });
  await at(browser, "expert-2", async (page) => {
    await followTodo(page, "待您办结的专家指导");
    await openVisit(page, asked);
    await page.locator("form.confirm button").click();
    await page.waitForLoadState();
    assert.equal(await page.locator("form.confirm").count(), 0, "it can still be closed");
    await picture(page, "closed");
  });
}

/** Visits in the list are told by day and school; the newest is on top. */
async function openVisit(page, asked) {
  const links = page.locator("main .rows .card-title a");
  for (let at = 0; at < (await links.count()); at += 1) {
    await links.nth(at).click();
    if ((await page.locator("main").innerText()).includes(asked)) return;
    await page.goBack();
  }
  assert.fail(`nobody is led to “${asked}”`);
}

const labelOf = (select, part) =>
  select.evaluate((box, part) => [...box.options].find((option) => option.label.includes(part)).label, part);

/** A school enters for a call; those who hold it see the entry, and its jury does not judge it yet. */
async function enterForCall(browser) {
  const title = `综合布线：一层楼的真实工程 ${Date.now()}`;
  await at(browser, "admin-s2", async (page) => {
    await openCall(page);
    await page.locator("a", { hasText: "我要申报" }).first().click();
    const form = page.locator("main form.form");
    await form.locator("[name=title]").fill(title);
    await form.locator("[name=course]").fill("网络综合布线");
    await form.locator("[name=person]").fill("teacher-s2");
    await form.locator("[name=statement]").fill("学生按企业验收标准施工与测试。");
    await form.locator("button.main").click();
    await page.waitForLoadState();
    await picture(page, "entered");
    assert.match(await page.locator("main h1").innerText(), /综合布线/);
  });
  await at(browser, "bureau", async (page) => {
    await openCall(page);
    assert.ok((await page.locator("main").innerText()).includes(title), "who holds the call does not see the entry");
  });
  await at(browser, "expert", async (page) => {
    await openCall(page);
    assert.equal(await page.locator("a[href$='/judge']").count(), 0, "it is judged while it takes entries");
  });
}

/**
 * The jury is led to what was entered and scores it, the bureau publishes what comes of it, and a guest reads the result and
 * meets its mark where the course is chosen.
 */
async function judgeCall(browser) {
  letDaysPass(25);
  for (const juror of ["expert", "expert-2"]) {
    await at(browser, juror, async (page) => {
      await followTodo(page, "待您评分的申报");
      await page.locator("main a", { hasText: CALL }).first().click();
      await page.locator("a[href$='/judge']").first().click();
      const list = page.url();
      const entries = page.locator("main .rows .card-title a");
      for (let which = 0; which < (await entries.count()); which += 1) {
        await entries.nth(which).click();
        const points = page.locator("form.form [name^='points/']");
        for (const field of await points.all()) await field.fill(String(80 + 2 * which));
        if (which === 0) await picture(page, "score");
        await page.locator("form.form button.main").click();
        await page.goto(list);
      }
      await page.goto("/");
      assert.equal(await page.locator("a", { hasText: "待您评分的申报" }).count(), 0, "what was scored still waits");
    });
  }
  letDaysPass(30);
  const reason = "任务来自真实工单，学生全过程自检。";
  const awarded = await at(browser, "bureau", async (page) => {
    await followTodo(page, "待公布结果的评优活动");
    await page.locator("main a", { hasText: CALL }).first().click();
    await page.locator("a[href$='/standings']").first().click();
    await picture(page, "standings");
    const first = page.locator("main .rows > li").first();
    const title = await first.locator(".card-title a").innerText();
    await first.locator("[name^='award-']").fill("一等奖");
    await first.locator("[name^='reason-']").fill(reason);
    await page.locator("form.form .send button.main").click();
    await page.waitForLoadState();
    return title;
  });
  await withPage(browser, { viewport: screens.classroom }, async (page) => {
    await openCall(page);
    const result = page.locator("section[aria-labelledby='results-title'] li", { hasText: awarded });
    assert.match(await result.first().innerText(), /一等奖/);
    assert.ok((await result.first().innerText()).includes(reason), "nobody is told why");
    await picture(page, "results");
  });
}

/** Moves the days of the calls back, as if so many had passed: the service reads them at each question. */
function letDaysPass(days) {
  const columns = ["opens_on", "closes_on", "jury_due_on"].map((column) => `${column} = date(${column}, '-${days} days')`);
  const program = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=30) as database:
    database.execute(sys.argv[2])`;
  execFileSync("python3", ["-c", program, process.env.DATABASE, `UPDATE recognition_call SET ${columns.join(", ")}`]);
}

async function openCall(page) {
  await page.goto("/recognition");
  await page.locator("main a", { hasText: CALL }).first().click();
}

/** A school freezes the evidence of a course, and its sums are there to be written down. */
async function makeEvidence(browser) {
  await at(browser, "admin-s1", async (page) => {
    await page.goto("/reports/evidence");
    await page.locator("[name=major]").first().selectOption({ index: 1 });
    await page.locator("form[action='/reports/evidence']:not([method=post]) button").click();
    await picture(page, "evidence");
    await page.locator("form[method=post][action='/reports/evidence'] button").click();
    await page.waitForURL(/\/p\/[^/]+/);
    const until = Date.now() + PATIENCE_MS;
    while (!(await page.locator("main", { hasText: "校验值" }).count())) {
      assert.ok(Date.now() < until, "the bundle is not made");
      await page.reload();
    }
    await picture(page, "bundle");
  });
}

const stories = {
  "a company's case is approved by its school, and its giver sees it": approveCase,
  "an expert's visit is answered and closed": answerVisit,
  "a school enters for a call": enterForCall,
  "the jury scores, and its results are published": judgeCall,
  "a school freezes its evidence": makeEvidence,
};

const browser = await launch();
try {
  for (const [title, story] of Object.entries(stories)) {
    await story(browser);
    console.log(`ok - roles: ${title}`);
  }
} finally {
  await browser.close();
}
