/** Asks before a page is left that shows what nobody can show again, until it was copied, printed or saved. */
export function askUntilKept(ways) {
  const ask = (event) => event.preventDefault();
  const kept = () => removeEventListener("beforeunload", ask);
  addEventListener("beforeunload", ask);
  addEventListener("beforeprint", kept);
  addEventListener("copy", kept);
  ways.addEventListener("click", (event) => event.target.closest("a[download]") && kept());
}
