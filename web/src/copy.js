/** Copies what a button carries, and says so in its place. */
export function copyOnClick(button) {
  button.addEventListener("click", async () => {
    const { copy, copied, byHand } = button.dataset;
    const isCopied = (await toClipboard(copy)) || bySelection(copy);
    button.textContent = isCopied ? copied : byHand;
    if (isCopied) {
      button.focus();
      button.dispatchEvent(new Event("copy", { bubbles: true }));
    } else button.after(selected(copy));
  });
}

/** Browsers hand out the clipboard over https only, and only where it is allowed. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What every browser does over http, too: it copies what is selected. */
function bySelection(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "unseen" });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

/** The text itself, for whoever copies it with the keyboard. */
function selected(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "by-hand" });
  requestAnimationFrame(() => field.select());
  return field;
}
