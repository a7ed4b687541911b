// Training: says while something is looked at that it still is, and shows the room's next code. The server counts the time.

const watch = document.querySelector("[data-watch]");
if (watch) look(watch);

const code = document.querySelector("[data-reload-in]");
if (code) setTimeout(() => location.reload(), Number(code.dataset.reloadIn) * 1000);

/** Says every few seconds that a page or a film is looked at: not while the page is hidden or the film stands still. */
function look({ dataset }) {
  const film = document.querySelector("video, audio");
  const told = document.querySelector("[data-watch-said]");
  let isFirst = true;
  const say = async () => {
    const isSeen = document.visibilityState === "visible" && (!film || !film.paused);
    if (!isFirst && !isSeen) return again(15);
    const body = { opened: isFirst };
    if (dataset.page) body.page = Number(dataset.page);
    isFirst = false;
    try {
      const answer = await fetch(dataset.watch, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content,
        },
        body: JSON.stringify(body),
      });
      const said = await answer.json();
      if (!answer.ok) {
        // Something else was opened meanwhile, or it is over: this page counts no more.
        if (told) told.textContent = said.detail ?? said.title;
        if (answer.status < 500) return;
        return again(15);
      }
      if (told) told.textContent = `${said.reached} / ${said.total}`;
      again(said.next_in_seconds);
    } catch {
      again(15);
    }
  };
  const again = (seconds) => setTimeout(say, seconds * 1000);
  say();
}
