// What every account of zones must say: which zones there are and whose, and what a credential may not see.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from './failure.conformance.ts';
import type { ZoneAccount } from './zone-account.ts';

export type ZoneAccountUnderTest = {
  zoneAccount: ZoneAccount;
  /** Opened with a credential that is none. */
  withWrongCredential: ZoneAccount;
  /** Opened with one that lists zones and has no right to their records. */
  withoutRecords: ZoneAccount;
  /** Puts as many zones into the account, of which the first is delegated and holds an A record `192.0.2.1`, the second waits. */
  addZones(count: number): Promise<string[]>;
  cleanUp(): Promise<void>;
};

/** Runs the suite against what `open` gives; `open` runs once per case. */
export const zoneAccountConformance = (name: string, open: () => Promise<ZoneAccountUnderTest>): void => {
  describe(`${name} as an account of zones`, () => {
    let target: ZoneAccountUnderTest;
    let account: ZoneAccount;

    beforeEach(async () => {
      target = await open();
      account = target.zoneAccount;
    });
    afterEach(async () => {
      await target.cleanUp();
    });

    test('has no zones when there are none', async () => {
      expect(await account.zones()).toEqual([]);
    });

    test('lists every zone once, by name, however many there are', async () => {
      const names = await target.addZones(230);
      const zones = await account.zones();
      expect(zones.map((zone) => zone.name)).toEqual(names.toSorted());
      expect(new Set(zones.map(({ id }) => id)).size).toBe(names.length);
      for (const zone of zones) expect(zone.account.id).not.toBe('');
    });

    test('tells a zone whose name was delegated to it from one that waits', async () => {
      const [active, waiting] = await target.addZones(2);
      const zones = new Map((await account.zones()).map((zone) => [zone.name, zone]));
      expect(zones.get(active!)).toMatchObject({ delegated: true });
      expect(zones.get(waiting!)).toMatchObject({ delegated: false });
      expect(zones.get(active!)!.nameservers.length).toBeGreaterThan(0);
    });

    test('shows what a zone holds, but not what is the host’s own', async () => {
      const [name] = await target.addZones(1);
      const [zone] = await account.zones();
      const records = await account.records(zone!);
      expect(records).toContainEqual(expect.objectContaining({ name, type: 'A', data: '192.0.2.1' }));
      expect(records.filter((record) => record.name === name && /^(NS|SOA)$/.test(record.type))).toEqual([]);
    });

    test('says that a credential is none', async () => {
      expect(await failureOf(target.withWrongCredential.zones())).toMatchObject({
        kind: 'unauthorized',
        reason: 'invalid_credential',
      });
    });

    test('says that a credential has no right to records, though it lists zones', async () => {
      await target.addZones(1);
      const [zone] = await target.withoutRecords.zones();
      expect(await failureOf(target.withoutRecords.records(zone!))).toMatchObject({
        kind: 'unauthorized',
        reason: 'missing_right',
      });
    });
  });
};
