// How fast something goes, over the last seconds.

const OVER_MS = 5000;
/** Over less than this a speed is a guess. */
const LEAST_MS = 500;

export class Speed {
  #samples = [];

  /** Notes how many bytes are through by now; answers bytes a second, 0 while that cannot be said. */
  at(sent) {
    const now = performance.now();
    this.#samples.push({ now, sent });
    this.#samples = this.#samples.filter((sample) => now - sample.now < OVER_MS);
    const [first] = this.#samples;
    const passed = now - first.now;
    return passed > LEAST_MS ? Math.max(0, ((sent - first.sent) / passed) * 1000) : 0;
  }
}
