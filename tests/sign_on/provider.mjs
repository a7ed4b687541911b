// An OpenID Connect provider with three people, on a port of this machine: `node provider.mjs PORT SERVICE`. Each start
// signs with new keys.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, service] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const password = process.env.SIGN_ON_PASSWORD;

const people = {
  "wang.min": { sub: "7f31", name: "王敏", groups: ["staff", "teachers"], org: "ci" },
  "li.na": { sub: "8a02", name: "李娜", groups: ["pupils"], org: "ci" },
};

const key = (kid) => ({ ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), kid, use: "sig" });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "gongxue",
      client_secret: process.env.SIGN_ON_SECRET,
      redirect_uris: [`${service}/sign-on/city/answer`],
      post_logout_redirect_uris: [`${service}/`],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  jwks: { keys: [key(`key-${Date.now()}`)] },
  cookies: { keys: ["only for tests"] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups", "org"] },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true, logoutSource } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // What is asked for is agreed to: it is the school's own service.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
  findAccount: (_, id) => {
    const [name, person] = Object.entries(people).find(([, it]) => it.sub === id) ?? [];
    return person && { accountId: id, claims: () => ({ ...person, preferred_username: name }) };
  },
});

/** Signs out without a question: whoever sends the hint has just signed out at the service. */
function logoutSource(context, form) {
  context.body = `<!doctype html><title>out</title>${form}<script>document.forms[0].insertAdjacentHTML("beforeend","<input type=hidden name=logout value=yes>");document.forms[0].submit()</script>`;
}

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method === "GET") return ask(response, details.uid, "");
  let body = "";
  for await (const piece of request) body += piece;
  const form = new URLSearchParams(body);
  const person = people[form.get("name")];
  if (!person || form.get("password") !== password) return ask(response, details.uid, "wrong name or password");
  return provider.interactionFinished(request, response, { login: { accountId: person.sub } });
}

function ask(response, uid, fault) {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>City sign-on</title><p id=fault>${fault}</p><form method=post action="/interaction/${uid}">
<input name=name><input name=password type=password><button>Sign in</button></form>`);
}

const callback = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith("/interaction/")) return callback(request, response);
  interact(request, response).catch((error) => response.writeHead(400).end(String(error)));
}).listen(Number(port), "127.0.0.1");
