// The zones of this server, found by the longest name that encloses a question.

import { parentName } from '../../protocols/dns/names.ts';
import type { Zone } from './zone.ts';
import { ZoneStamps } from './zone-stamps.ts';

/** Holds the current version of each zone, and stamps each change so that answers from before it are stale at once. */
export class ZoneTable {
  readonly stamps: ZoneStamps = new ZoneStamps();
  readonly #zones = new Map<string, Zone>();

  get size(): number {
    return this.#zones.size;
  }

  get(name: string): Zone | undefined {
    return this.#zones.get(name);
  }

  names(): IterableIterator<string> {
    return this.#zones.keys();
  }

  /** Puts a zone in the place of its former version, in one step: no question sees a mix of both. */
  put(zone: Zone): void {
    const comesOrGoes = !this.#zones.has(zone.name);
    this.#zones.set(zone.name, zone);
    this.stamps.change({ slot: zone.slot, comesOrGoes });
  }

  remove(name: string): void {
    const former = this.#zones.get(name);
    if (!former) return;
    this.#zones.delete(name);
    this.stamps.change({ slot: former.slot, comesOrGoes: true });
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
