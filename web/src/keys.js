// Single keys for those who keep their hands on the keyboard: "/" goes to the search box, "j" and "k" from hit to hit.
// They can be switched off in the footer, because speech input "presses" letters as well (WCAG 2.2, 2.1.4).

const KEPT = "gongxue.keys";

const acts = { "/": reachSearch, j: () => step(1), k: () => step(-1) };

const areOn = () => localStorage.getItem(KEPT) !== "off";

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const act = acts[event.key];
    if (!act || isTyping || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
    if (act()) event.preventDefault();
  });
  document.querySelectorAll("[data-keys]").forEach(offerSwitch);
}

function offerSwitch(button) {
  const show = () => (button.ariaPressed = String(areOn()));
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, areOn() ? "off" : "on");
    show();
  });
  show();
}

function reachSearch() {
  const box = document.querySelector("input[type=search]");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function step(by) {
  const titles = [...document.querySelectorAll(".hit .card-title a")];
  const at = titles.findIndex((title) => title.closest(".hit").contains(document.activeElement));
  const next = titles[at + by] ?? (at < 0 ? titles[0] : undefined);
  next?.focus();
  return Boolean(next);
}
