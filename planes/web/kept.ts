// Answers from memory: what was read a moment ago, and whatever is known while the database is away.

/** What is kept under a key, and for how long it is taken for true without asking again. */
type Entry<Value> = { value: Value; freshUntilMs: number };

export type KeptOptions<Value> = {
  /** `known` is what was read before, if it is still in memory. */
  read(key: string, known: Value | undefined): Promise<Value>;
  freshMs(value: Value): number;
  /** How many are kept; the least recently asked for goes first. */
  most: number;
  /** Told once when reading starts to fail, with the reason, and once when it works again. */
  onAway(error: Error): void;
  onBack(): void;
};

/** A value is asked for again after this long while the database is away. */
const AGAIN_MS = 1_000;
/** A database that does not answer at all must not hold up what can be answered from memory. */
const PATIENCE_MS = 500;

/** A read-through memory of values by name. */
export class Kept<Value> {
  readonly #options: KeptOptions<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #readings = new Map<string, Promise<Value>>();
  #away = false;

  constructor(options: KeptOptions<Value>) {
    this.#options = options;
  }

  /** @throws what reading throws, when nothing is known about `key` */
  async get(key: string): Promise<Value> {
    const known = this.#entries.get(key);
    if (known && performance.now() < known.freshUntilMs) {
      this.#put(key, known);
      return known.value;
    }
    const reading = this.#readings.get(key) ?? this.#read(key, known);
    if (!known) return reading;
    const patience = Promise.withResolvers<Value>();
    const timer = setTimeout(() => patience.resolve(known.value), PATIENCE_MS);
    return Promise.race([reading.catch(() => known.value), patience.promise]).finally(() =>
      clearTimeout(timer),
    );
  }

  /** The next to ask for `key`, or for anything when it is left out, has it read again. */
  outdate(key?: string): void {
    for (const name of key === undefined ? this.#entries.keys() : [key]) {
      const entry = this.#entries.get(name);
      if (entry) entry.freshUntilMs = 0;
    }
    // What is being read now may be from before the change.
    if (key === undefined) this.#readings.clear();
    else this.#readings.delete(key);
  }

  #read(key: string, known: Entry<Value> | undefined): Promise<Value> {
    const reading = this.#options.read(key, known?.value).then(
      (value) => {
        const fresh = this.#readings.get(key) === reading ? this.#options.freshMs(value) : 0;
        this.#put(key, { value, freshUntilMs: performance.now() + fresh });
        if (this.#away) this.#options.onBack();
        this.#away = false;
        return value;
      },
      (error: Error) => {
        if (known) known.freshUntilMs = performance.now() + AGAIN_MS;
        if (!this.#away) this.#options.onAway(error);
        this.#away = true;
        throw error;
      },
    );
    this.#readings.set(key, reading);
    const done = () => {
      if (this.#readings.get(key) === reading) this.#readings.delete(key);
    };
    reading.then(done, done);
    return reading;
  }

  /** At the end of the map, which begins with the least recently used. */
  #put(key: string, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#options.most) this.#entries.delete(this.#entries.keys().next().value!);
  }
}
