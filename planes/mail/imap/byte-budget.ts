// How much of something big may be held at once, by all sessions of a process together.

/** Taken in the order of asking: a big one is not overtaken for ever by small ones. */
export class ByteBudget {
  #free: number;
  readonly #waiting: { bytes: number; grant: () => void }[] = [];

  constructor(bytes: number) {
    this.#free = bytes;
  }

  /** False when it is not there within `timeoutMs`. What was taken has to be given back. */
  async take(bytes: number, timeoutMs: number): Promise<boolean> {
    if (this.#waiting.length === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return true;
    }
    return new Promise((resolve) => {
      const waiting = {
        bytes,
        grant: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        this.#grant();
        resolve(false);
      }, timeoutMs);
      this.#waiting.push(waiting);
    });
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
    this.#grant();
  }

  #grant() {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.grant();
    }
  }
}
