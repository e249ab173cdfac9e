// Keeps the zones in memory equal to the schema `published`: everything at start, then what changed.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, inTransaction, openDatabase } from '../../database/database.ts';
import { listen } from '../../database/listen.ts';
import type { DnsLog } from './dns-log.ts';
import { buildZone, type RecordRow, type ZoneRow } from './zone.ts';
import type { ZoneTable } from './zone-table.ts';

export type ZoneFeedOptions = { databaseUrl: string; zones: ZoneTable; log: DnsLog; pollMs: number };

export type ZoneFeed = { close(): Promise<void> };

const CHANNEL = 'published_zone';
/** Zones read in one transaction: enough to be quick, few enough not to hold up answers while they are built. */
const ZONES_PER_READ = 200;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;

/**
 * Loads all zones and follows their changes. Resolves when everything is loaded.
 *
 * @throws when the database cannot be reached
 */
export async function startZoneFeed(options: ZoneFeedOptions): Promise<ZoneFeed> {
  const follower = new ZoneFollower(options);
  try {
    await follower.start();
  } catch (error) {
    await follower.close();
    throw error;
  }
  return follower;
}

class ZoneFollower implements ZoneFeed {
  readonly #options: ZoneFeedOptions;
  readonly #db: Db;
  readonly #closing = new AbortController();
  /** Names of zones that may differ from the database. */
  readonly #stale = new Set<string>();
  #comparisonDue = false;
  #databaseAway = false;
  #running: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  #listener: { close(): Promise<void> } | undefined;

  constructor(options: ZoneFeedOptions) {
    this.#options = options;
    this.#db = openDatabase(options.databaseUrl, { poolSize: 1, applicationName: 'inboxkit dns' });
  }

  async start(): Promise<void> {
    // First listen, then read: a change in between is told of and read again.
    this.#listener = await listen(this.#options.databaseUrl, CHANNEL, (name) => this.#follow(name), {
      onReconnect: () => this.#compare(),
    });
    await this.#findStale();
    while (this.#stale.size > 0) await this.#readSome();
    this.#poll = setInterval(() => this.#compare(), this.#options.pollMs);
    this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#poll);
    await this.#listener?.close();
    await this.#running;
    await this.#db.destroy();
  }

  #follow(name: string): void {
    this.#stale.add(name);
    this.#run();
  }

  #compare(): void {
    this.#comparisonDue = true;
    this.#run();
  }

  /** Starts to catch up unless that is under way; the loop takes up whatever is added meanwhile. */
  #run(): void {
    if (this.#poll === undefined || this.#closing.signal.aborted) return;
    this.#running ??= this.#catchUp().finally(() => {
      this.#running = undefined;
    });
  }

  /** Works until nothing is left, waiting out a database that is away. Never rejects. */
  async #catchUp(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while ((this.#comparisonDue || this.#stale.size > 0) && !this.#closing.signal.aborted) {
      try {
        if (this.#comparisonDue) await this.#findStale();
        if (this.#stale.size > 0) await this.#readSome();
        retryMs = FIRST_RETRY_MS;
        if (this.#databaseAway) this.#options.log.info('the database is back; zones are read again');
        this.#databaseAway = false;
      } catch (error) {
        // What was missed while away is found by comparison.
        this.#comparisonDue = true;
        if (!this.#databaseAway) {
          this.#options.log.warn({ err: error }, 'the database is away; answers come from memory');
        }
        this.#databaseAway = true;
        await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => {});
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }

  /** Compares serials: every change of records comes with another serial of the zone. */
  async #findStale(): Promise<void> {
    this.#comparisonDue = false;
    const rows = await this.#db.selectFrom('published.zone').select(['name', 'serial']).execute();
    const { zones } = this.#options;
    for (const { name, serial } of rows) if (zones.get(name)?.serial !== serial) this.#stale.add(name);
    const present = new Set(rows.map((row) => row.name));
    for (const name of zones.names()) if (!present.has(name)) this.#stale.add(name);
  }

  async #readSome(): Promise<void> {
    const names = [...this.#stale].slice(0, ZONES_PER_READ);
    // Taken out before reading: a notification that comes while we read puts its name in again.
    for (const name of names) this.#stale.delete(name);
    try {
      await this.#read(names);
    } catch (error) {
      for (const name of names) this.#stale.add(name);
      throw error;
    }
  }

  async #read(names: string[]): Promise<void> {
    // One snapshot for both tables: a zone is never seen with the records of another moment.
    const { rows, records } = await inTransaction(
      this.#db,
      async (tx) => ({
        rows: await tx
          .selectFrom('published.zone')
          .select(['name', 'serial', 'primary_ns', 'hostmaster'])
          .select(['refresh_s', 'retry_s', 'expire_s', 'negative_ttl_s'])
          .where('name', 'in', names)
          .execute(),
        records: await tx
          .selectFrom('published.record')
          .select(['zone', 'name', 'type', 'ttl_s', 'data'])
          .where('zone', 'in', names)
          .execute(),
      }),
      { isolation: 'repeatable read' },
    );
    const recordsOf = Map.groupBy(records, (record) => record.zone);
    const present = new Map(rows.map((row) => [row.name, row]));
    for (const name of names) {
      const row = present.get(name);
      if (row) this.#replace(row, recordsOf.get(name) ?? []);
      else this.#options.zones.remove(name);
    }
  }

  #replace(row: ZoneRow, records: RecordRow[]): void {
    const { zones, log } = this.#options;
    try {
      const { zone, skipped } = buildZone(row, records);
      zones.put(zone);
      if (skipped.length > 0)
        log.error({ zone: row.name, skipped }, 'records that cannot be served were left out');
    } catch (error) {
      // The version in memory, if any, goes on being served.
      log.error({ err: error, zone: row.name }, 'the zone cannot be served');
    }
  }
}
