// Finds every page that a person can reach by following links, one address of each kind.

/** What is not a page: programs' addresses, files, feeds. */
const notPages = /^\/(api\/v1|api\/openapi|assets|feeds|oai|healthz|readyz|metrics)|\.atom$/;

/** One page with this field and that field tells enough of the fields. */
const MOST_OF_A_PATH = 3;

/** The kind of an address: ids and values do not matter, the names of its fields do. */
export function kind(address) {
  const url = new URL(address);
  const path = url.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}");
  const fields = [...new Set(url.searchParams.keys())].filter((name) => name !== "lang" && name !== "return_to");
  return [path, ...fields.sort()].join(" ");
}

const pathOf = (kindOf) => kindOf.split(" ")[0];

/** The addresses that `page` finds from `start` on, by kind; `known` kinds are walked through but not told again. */
export async function crawl(page, start, known = new Set()) {
  const found = new Map();
  const seen = new Set();
  const waiting = [...start];
  const isNew = (kindOf) => !seen.has(kindOf) && [...seen].filter((other) => pathOf(other) === pathOf(kindOf)).length < MOST_OF_A_PATH;
  while (waiting.length) {
    const address = waiting.shift();
    if (!isNew(kind(address))) continue;
    seen.add(kind(address));
    const answer = await page.goto(address);
    if (!answer?.headers()["content-type"]?.startsWith("text/html")) continue;
    if (!known.has(kind(address))) found.set(kind(address), address);
    waiting.push(...(await links(page)));
  }
  return found;
}

async function links(page) {
  const all = await page.locator("a[href]:not([download])").evaluateAll((links) => links.map((link) => link.href));
  const { origin } = new URL(page.url());
  return [...new Set(all)].filter((href) => href.startsWith(origin) && !notPages.test(new URL(href).pathname));
}
