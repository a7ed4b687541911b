// Suggestions as one types: a combobox with a list (WAI-ARIA 1.2). Without this the box is a plain search box.

/** Between two keys of somebody who types quickly. */
const PAUSE_MS = 80;

const words = document.getElementById("suggest-words")?.dataset;
const kinds = { course: "course", task: "task", major: "major", resource_type: "type", keyword: "keyword", title: "title" };

/** Gives a search box its suggestions. */
export function suggestFor(input) {
  if (words) new Suggestions(input);
}

class Suggestions {
  #input;
  #list = document.createElement("ul");
  /** Says to those who do not see the list how long it is. */
  #status = document.createElement("p");
  #items = [];
  #chosen = -1;
  #isComposing = false;
  #timer;
  #asking;

  constructor(input) {
    this.#input = input;
    this.#build();
    input.addEventListener("input", (event) => event.isComposing || this.#askSoon());
    // Between these an input method shows letters that are not meant yet, and its own list takes the arrows.
    input.addEventListener("compositionstart", () => {
      this.#isComposing = true;
      this.#close();
    });
    input.addEventListener("compositionend", () => {
      this.#isComposing = false;
      this.#askSoon();
    });
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.#close());
    // The page may come back from the browser's memory as it was left.
    addEventListener("pagehide", () => this.#close());
  }

  #build() {
    const input = this.#input;
    this.#list.id = `${input.id}-list`;
    this.#list.className = "suggest";
    this.#list.hidden = true;
    this.#list.role = "listbox";
    this.#list.ariaLabel = words.label;
    this.#status.className = "unseen";
    this.#status.role = "status";
    input.form.append(this.#list, this.#status);
    input.role = "combobox";
    input.ariaAutoComplete = "list";
    input.ariaExpanded = "false";
    input.setAttribute("aria-controls", this.#list.id);
    // The box keeps the focus while its list is clicked.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const place = [...this.#list.children].indexOf(event.target.closest("li"));
      if (place >= 0) this.#go(place);
    });
  }

  get #isOpen() {
    return !this.#list.hidden;
  }

  #askSoon() {
    this.#forget();
    if (!this.#input.value.trim()) return this.#close();
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  /** Whatever is under way is about something else by now. */
  #forget() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  async #ask() {
    this.#forget();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const address = `/api/v1/suggest?q=${encodeURIComponent(this.#input.value)}`;
      const answer = await fetch(address, { signal: asking.signal });
      const { items } = answer.ok ? await answer.json() : { items: [] };
      if (!asking.signal.aborted && document.activeElement === this.#input) this.#show(items);
    } catch {
      // No connection, or something else was typed: the box still searches.
      if (!asking.signal.aborted) this.#close();
    }
  }

  #show(items) {
    this.#items = items;
    this.#list.replaceChildren(...items.map((item, place) => this.#option(item, place)));
    this.#list.scrollTop = 0;
    this.#list.hidden = items.length === 0;
    this.#input.ariaExpanded = String(this.#isOpen);
    this.#status.textContent = items.length ? words.said.replace("{n}", items.length) : words.none;
    this.#choose(-1);
  }

  #option(item, place) {
    const option = document.createElement("li");
    option.id = `${this.#list.id}-${place}`;
    option.role = "option";
    const name = document.createElement("span");
    name.append(...marked(item.html));
    const facts = document.createElement("small");
    const kind = words[kinds[item.kind]] ?? "";
    facts.textContent = item.kind === "title" && item.count === 1 ? kind : `${kind} ${item.count}`;
    option.append(name, " ", facts);
    return option;
  }

  #close() {
    this.#forget();
    this.#list.hidden = true;
    this.#input.ariaExpanded = "false";
    this.#status.textContent = "";
    this.#choose(-1);
  }

  /** Chooses a suggestion; -1: none, what was typed stands. */
  #choose(place) {
    this.#chosen = place;
    [...this.#list.children].forEach((option, at) => (option.ariaSelected = String(at === place)));
    const option = this.#list.children[place];
    if (option) {
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #press(event) {
    // 229: the key belongs to the input method, in browsers that end the composition before they say so.
    if (this.#isComposing || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act = {
      ArrowDown: () => (this.#isOpen ? this.#step(1) : this.#ask()),
      ArrowUp: () => this.#isOpen && this.#step(-1),
      Enter: () => this.#chosen >= 0 && this.#go(this.#chosen),
      Escape: () => this.#isOpen && this.#close(),
    }[event.key];
    const wasOpen = this.#isOpen;
    if (act && act() !== false && (wasOpen || event.key === "ArrowDown")) event.preventDefault();
  }

  /** One further, round by the box itself. */
  #step(by) {
    const places = this.#items.length + 1;
    this.#choose(((this.#chosen + 1 + by + places) % places) - 1);
  }

  #go(place) {
    const item = this.#items[place];
    this.#input.value = item.text;
    this.#close();
    location.assign(item.url);
  }
}

/** Text and marks, and nothing else that might stand in it. */
function marked(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}
