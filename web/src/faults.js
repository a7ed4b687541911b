// Puts each fault of a refusal on the field it belongs to.

let made = 0;

/** Which field of a form a name of the interface stands in. */
const PLACES = new Set(["course", "task", "major"]);
export const fieldOf = (pointer = "") => {
  const name = pointer.split("/")[1] || "";
  return PLACES.has(name) ? "place" : name;
};

/** Shows what is wrong with a field, above it. */
export function markFault(field, sentence) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: sentence });
  made += 1;
  fault.id = `fault-${made}`;
  fault.dataset.made = "yes";
  field.before(fault);
  field.setAttribute("aria-describedby", fault.id);
  field.setAttribute("aria-invalid", "true");
  field.closest("details")?.setAttribute("open", "");
}

/** Takes away all that was shown within an element. */
export function clearFaults(within) {
  within.querySelectorAll(".fault[data-made]").forEach((fault) => fault.remove());
  within.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
}

/** The refusal in a sentence or two. */
export const sentenceOf = (refusal) => [refusal.title, refusal.detail].filter(Boolean).join(" ");
