// The form that edits a pack: its entries are dragged into another order, or moved with the arrow keys by their grip.
// Nothing is sent until the form is; its buttons for up and down do the same without this script.

const list = document.querySelector("[data-order]");
const said = document.querySelector("[data-order-said]");
/** This near to an edge of the window the page scrolls along. */
const EDGE = 64;

const middle = (item) => {
  const { top, height } = item.getBoundingClientRect();
  return top + height / 2;
};

/** Moves the neighbours, never the entry itself: what is taken out of the page loses the pointer and the focus. */
function up(item) {
  const before = item.previousElementSibling;
  if (before) item.after(before);
  return Boolean(before);
}

function down(item) {
  const after = item.nextElementSibling;
  if (after) item.before(after);
  return Boolean(after);
}

function tell(item) {
  [...list.children].forEach((one, at) => (one.querySelector(".task-number").textContent = at + 1));
  const name = item.querySelector(".card-title").textContent;
  const place = [...list.children].indexOf(item) + 1;
  said.textContent = said.dataset.moved.replace("{name}", name).replace("{n}", place);
}

function follow(item, y) {
  if (y < EDGE) scrollBy(0, -EDGE / 4);
  if (y > innerHeight - EDGE) scrollBy(0, EDGE / 4);
  const { previousElementSibling: before, nextElementSibling: after } = item;
  if (before && y < middle(before)) up(item);
  else if (after && y > middle(after)) down(item);
}

function drag(grip, item) {
  grip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    item.classList.add("is-dragged");
  });
  grip.addEventListener("pointermove", (event) => grip.hasPointerCapture(event.pointerId) && follow(item, event.clientY));
  grip.addEventListener("lostpointercapture", () => {
    item.classList.remove("is-dragged");
    tell(item);
  });
  grip.addEventListener("keydown", (event) => {
    const move = { ArrowUp: up, ArrowDown: down }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (move(item)) tell(item);
    grip.scrollIntoView({ block: "nearest" });
  });
}

for (const item of list?.children ?? []) {
  const grip = item.querySelector("[data-grip]");
  grip.hidden = false;
  drag(grip, item);
}
