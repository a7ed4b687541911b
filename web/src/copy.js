/** Copies what a button carries. */
export function copyOnClick(button) {
  // Browsers hand out the clipboard over https only; the address stays there to be selected.
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}
