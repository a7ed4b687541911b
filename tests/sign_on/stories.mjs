// People sign in by servers of others: OpenID Connect, CAS, LDAP. The OpenID Connect provider is started here, because it
// changes its keys and goes away.
//
//   BASE_URL=… NAME=… PASSWORD=… OIDC_PORT=… SIGN_ON_PASSWORD=… SIGN_ON_SECRET=… node stories.mjs

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { base, launch, pictures, signIn, withPage } from "../browser/browser.mjs";

const password = process.env.SIGN_ON_PASSWORD;
const port = process.env.OIDC_PORT;
mkdirSync(pictures, { recursive: true });

async function startProvider() {
  const script = new URL("provider.mjs", import.meta.url).pathname;
  const provider = spawn(process.execPath, [script, port, base], { stdio: ["ignore", "ignore", "inherit"] });
  for (let tries = 0; tries < 150; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`).catch(() => null);
    if (answer?.ok) return provider;
    await new Promise((again) => setTimeout(again, 100));
  }
  return assert.fail("the provider did not start");
}

function stop(provider) {
  const ended = new Promise((done) => provider.once("exit", done));
  provider.kill();
  return ended;
}

const button = (page, name) => page.goto("/sign-in?return_to=/account").then(() => page.getByRole("link", { name, exact: true }).click());

/** Types into the provider's own page. */
async function atProvider(page, name, typed) {
  await page.waitForURL(/\/interaction\//);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=password]").fill(typed);
  await page.locator("button").click();
}

async function expectAccount(page, ...facts) {
  await page.waitForURL((url) => url.href.startsWith(`${base}/account`));
  const text = await page.locator("main").innerText();
  for (const fact of facts) assert.ok(text.includes(fact), `“${fact}” is not in: ${text}`);
  assert.equal(await page.locator("[action='/account/password']").count(), 0, "no password of ours to change");
}

async function signOut(page) {
  await page.locator("form[action='/sign-out'] button").first().evaluate((it) => it.click());
}

async function byOpenIdConnect(page) {
  await button(page, "市统一认证");
  await atProvider(page, "wang.min", "not it at all");
  await page.locator("#fault", { hasText: "wrong" }).waitFor();
  await atProvider(page, "wang.min", password);
  await expectAccount(page, "wang.min", "教师", "持续集成技工学校", "通过“市统一认证”登录");
  await signOut(page);
  // Over there and back: whoever sits down next is asked for a password again.
  await page.waitForURL(`${base}/`);
  await button(page, "市统一认证");
  await atProvider(page, "li.na", password);
  await expectAccount(page, "li.na", "读者");
}

async function afterKeysChanged(page) {
  await button(page, "市统一认证");
  await atProvider(page, "wang.min", password);
  await expectAccount(page, "wang.min", "教师");
}

async function whileTheProviderIsAway(page) {
  const said = page.locator(".fault-all", { hasText: "统一认证没有应答" });
  // What it said of itself counts for some seconds.
  for (let tries = 0; tries < 150 && !(await said.count()); tries += 1) {
    await page.goto("/sign-on/city").catch(() => {});
    await page.waitForTimeout(100);
  }
  await said.waitFor({ timeout: 1_000 });
  await signIn(page);
  await page.goto("/account");
  assert.ok((await page.locator("main").innerText()).includes("emergency"));
}

async function byCas(page) {
  await button(page, "校园 CAS");
  await page.waitForURL(/\/cas\/login/);
  await page.locator("#id_username").fill("zhao.qiang");
  await page.locator("#id_password").fill("not it at all");
  await page.locator("button[type=submit]").click();
  await page.getByText("The username or password is not correct").waitFor();
  await page.locator("#id_username").fill("zhao.qiang");
  await page.locator("#id_password").fill(password);
  await page.locator("button[type=submit]").click();
  await expectAccount(page, "zhao.qiang", "教师", "持续集成技工学校");
  assert.ok((await page.locator("header").innerText()).includes("赵强"));
  await signOut(page);
  await page.waitForURL(/\/cas\/logout|127\.0\.0\.1:\d+\/$/);
}

async function byDirectory(page, label, id, name, typed) {
  await button(page, label);
  const form = page.locator(`form[action='/sign-on/${id}']`);
  await form.locator("[name=name]").fill(name);
  await form.locator("[name=password]").fill(typed);
  await form.locator("button").last().click();
}

async function byStartTls(page) {
  for (const [name, typed] of [["sun.lei", "not it at all"], ["*", password], ["sun.lei)(uid=*", password], ["nobody", password]]) {
    await byDirectory(page, "校园账号", "directory", name, typed);
    await page.locator(".fault-all", { hasText: "登录名或密码不对" }).waitFor();
  }
  await byDirectory(page, "校园账号", "directory", "sun.lei", password);
  await expectAccount(page, "sun.lei", "教师", "持续集成技工学校");
}

async function byGroupSearch(page) {
  await byDirectory(page, "校园账号（按组）", "groups", "zhou.jing", password);
  await expectAccount(page, "zhou.jing", "学校管理员", "持续集成技工学校");
}

/** An empty password is somebody who does not say who they are, and is let in by directories. */
async function emptyPassword() {
  const body = JSON.stringify({ provider: "directory", name: "sun.lei", password: "" });
  const answer = await fetch(`${base}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(answer.status, 401);
}

const browser = await launch();
let provider = await startProvider();
try {
  const story = async (name, tell, options = {}) => {
    const began = Date.now();
    await withPage(browser, { forgives: [401, 503], ...options }, tell);
    console.log(`ok ${name} (${Date.now() - began} ms)`);
  };
  await story("OpenID Connect: wrong password, group to role, signing out there", byOpenIdConnect);
  await stop(provider);
  provider = await startProvider();
  await story("OpenID Connect: keys were changed", afterKeysChanged);
  await story("CAS 3.0 with attributes", byCas);
  await story("LDAP with StartTLS: wrong passwords, hostile names, memberOf to role", byStartTls);
  await story("LDAPS with a search for groups", byGroupSearch);
  await emptyPassword();
  await stop(provider);
  await story("the provider is away: an account with a password gets in", whileTheProviderIsAway);
} finally {
  provider.kill();
  await browser.close();
}
