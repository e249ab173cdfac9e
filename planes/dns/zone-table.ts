// The zones of this server, found by the longest name that encloses a question.

import { parentName } from '../../protocols/dns/names.ts';
import type { Zone } from './zone.ts';

/**
 * Holds the current version of each zone. `generation` grows when a zone comes or goes, since that changes which
 * zone encloses a name; a new version of a zone retires the one before it.
 */
export class ZoneTable {
  readonly #zones = new Map<string, Zone>();
  #generation = 0;
  #changes = 0;

  get size(): number {
    return this.#zones.size;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Grows with everything that may change an answer. As long as it stays, every answer does. */
  get changes(): number {
    return this.#changes;
  }

  get(name: string): Zone | undefined {
    return this.#zones.get(name);
  }

  names(): IterableIterator<string> {
    return this.#zones.keys();
  }

  /** Puts a zone in the place of its former version, in one step: no question sees a mix of both. */
  put(zone: Zone): void {
    const former = this.#zones.get(zone.name);
    this.#zones.set(zone.name, zone);
    this.#changes = (this.#changes + 1) >>> 0;
    if (former) former.retired = true;
    else this.#generation += 1;
  }

  remove(name: string): void {
    const former = this.#zones.get(name);
    if (!former) return;
    this.#zones.delete(name);
    former.retired = true;
    this.#generation += 1;
    this.#changes = (this.#changes + 1) >>> 0;
  }

  /** The zone with the longest name that `name` is in (RFC 1034 §4.3.2, step 2). */
  enclosing(name: string): Zone | undefined {
    for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
      const zone = this.#zones.get(at);
      if (zone) return zone;
    }
    return undefined;
  }
}
