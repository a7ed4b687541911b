// On the results page the answer follows what is typed. Without this, Enter asks.

/** Longer than between two keys: a question is asked when the typing pauses. */
const PAUSE_MS = 300;

/** Lets the results follow the search box. */
export function followTyping(input) {
  let timer;
  let asking;
  const askSoon = (event) => {
    clearTimeout(timer);
    asking?.abort();
    // What an input method shows before it is chosen is no question.
    if (event.isComposing) return;
    timer = setTimeout(() => {
      asking = new AbortController();
      ask(input, asking.signal).catch(() => {}); // No connection: Enter still asks, and says what is wrong.
    }, PAUSE_MS);
  };
  input.addEventListener("input", askSoon);
  input.addEventListener("compositionend", askSoon);
  input.form.addEventListener("submit", () => clearTimeout(timer));
}

async function ask(input, signal) {
  const address = new URL(location.href);
  address.searchParams.set("q", input.value.trim());
  address.searchParams.delete("cursor");
  if (address.href === location.href) return;
  const answer = await fetch(address, { signal });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!signal.aborted) show(page, address);
}

function show(page, address) {
  const main = document.getElementById("main");
  const next = page.getElementById("main");
  const said = next.querySelector(".found");
  const found = said?.textContent;
  if (said) said.textContent = "";
  main.replaceChildren(...next.childNodes);
  // Said only now: what is read aloud is what changes in a place that is there already.
  if (said) requestAnimationFrame(() => (said.textContent = found));
  document.title = page.title;
  history.replaceState(history.state, "", address);
}
