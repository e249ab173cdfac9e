// What every DNS host must do, easiest first: one record, then every type, then changes, then what no zone may
// hold, then writers that meet each other, then broken connections.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DnsHost, HostedRecord } from './dns-host.ts';
import { failureOf } from './failure.conformance.ts';
import { type FaultOptions, type Faults, faultsOf } from './faults.conformance.ts';

export type DnsHostUnderTest = {
  dnsHost: DnsHost;
  /** A zone that holds nothing of ours, and, where zones are their owner's, some records of theirs; another on each call. */
  freshName(): string;
  /** Where zones are their owner's: the owner's side of one. */
  owner?: ZoneOwner;
  faults?: Faults;
  cleanUp(): Promise<void>;
};

/** What the owner of a zone does at the host without us. */
export type ZoneOwner = {
  /** The zone's records that we did not put there, each as one line, sorted; whatever tells a change of them. */
  records(zone: string): Promise<string[]>;
  add(zone: string, record: HostedRecord): Promise<void>;
  /** Changes the address of our record of this id behind our back. */
  tamperWith(zone: string, recordId: string, address: string): Promise<void>;
};

/** Runs the suite against what `open` gives; `open` runs once per case. */
export const dnsHostConformance = (
  name: string,
  open: () => Promise<DnsHostUnderTest>,
  options: FaultOptions & {
    /** Zones lie in their owner's account, beside records of the owner's. */
    ownersZones?: boolean;
  } = {},
): void => {
  describe(`${name} as a DNS host`, () => {
    let target: DnsHostUnderTest;
    let host: DnsHost;
    let zone: string;

    beforeEach(async () => {
      target = await open();
      host = target.dnsHost;
      zone = target.freshName();
    });
    afterEach(async () => {
      await target.cleanUp();
    });

    const record = (type: string, data: string, owner = zone, ttlS = 300): HostedRecord => ({
      id: crypto.randomUUID(),
      name: owner,
      type,
      ttlS,
      data,
    });
    const put = (...records: HostedRecord[]) => host.putZone({ name: zone, records });
    const serialOf = async () => (await host.readZone(zone))?.serial ?? null;

    /** The zone holds these records and no others; their order says nothing. */
    const expectZone = async (records: HostedRecord[], of = zone) => {
      const read = await host.readZone(of);
      const inOrder = (list: HostedRecord[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      expect(read && inOrder(read.records)).toEqual(inOrder(records));
    };

    test('names the nameservers a zone will have', async () => {
      const nameservers = await host.nameservers(zone);
      expect(nameservers.length).toBeGreaterThan(0);
      for (const nameserver of nameservers) {
        expect(nameserver.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/);
      }
    });

    test('has no zone that nobody gave it', async () => {
      expect(await host.readZone(zone)).toBeNull();
    });

    describe('keeps a zone', () => {
      test('of one record, and gives it back as it was put', async () => {
        const a = record('A', '192.0.2.10');
        await put(a);
        await expectZone([a]);
      });

      test('with no records at all', async () => {
        await put();
        const read = await host.readZone(zone);
        // In a zone of its owner's, nothing of ours and no zone of ours are the same.
        expect(options.ownersZones ? read : read?.records).toEqual(options.ownersZones ? null : []);
      });

      test('with every type a mail domain needs', async () => {
        const longKey = `"v=DKIM1; k=rsa; p=${'A'.repeat(230)}" "${'B'.repeat(180)}"`;
        const records = [
          record('A', '192.0.2.10'),
          record('AAAA', '2001:db8::10'),
          record('MX', '10 mx1.northpeak.example.'),
          record('MX', '20 mx2.northpeak.example.'),
          record('TXT', '"v=spf1 mx ~all"'),
          record('TXT', longKey, `k1._domainkey.${zone}`),
          record('TXT', '"v=DMARC1; p=none"', `_dmarc.${zone}`),
          record('CNAME', 'autoconfig.northpeak.example.', `autoconfig.${zone}`),
          record('SRV', '0 1 993 imap.northpeak.example.', `_imaps._tcp.${zone}`),
          record('CAA', '0 issue "letsencrypt.org"'),
        ];
        await put(...records);
        await expectZone(records);
      });

      test('with a wildcard, deep names and a delegation below the apex', async () => {
        const records = [
          record('A', '192.0.2.11', `*.${zone}`),
          record('A', '192.0.2.12', `a.b.c.d.${zone}`),
          record('NS', 'ns1.northpeak.example.', `sub.${zone}`),
        ];
        await put(...records);
        await expectZone(records);
      });

      test('apart from every other zone', async () => {
        const other = target.freshName();
        const mine = record('A', '192.0.2.10');
        const theirs = record('A', '192.0.2.20', other);
        await put(mine);
        await host.putZone({ name: other, records: [theirs] });
        await host.removeZone(other);
        await expectZone([mine]);
      });
    });

    describe('changes a zone', () => {
      test('only when something is different: the same again keeps the serial', async () => {
        const records = [record('A', '192.0.2.10'), record('TXT', '"one"')];
        const first = await put(...records);
        const again = await put(...records.toReversed());
        expect(again).toEqual(first);
        await expectZone(records);
      });

      test('and moves the serial on, so that others see the change', async () => {
        const a = record('A', '192.0.2.10');
        const before = (await put(a)).serial;
        const after = (await put({ ...a, data: '192.0.2.11' })).serial;
        // A host that keeps no serial for us to see (null) has nothing to move on.
        if (before !== null && after !== null) {
          // RFC 1982 §3.2: greater in serial number arithmetic.
          expect((after - before + 2 ** 32) % 2 ** 32).toBeGreaterThan(0);
          expect((after - before + 2 ** 32) % 2 ** 32).toBeLessThan(2 ** 31);
        }
        expect(await serialOf()).toBe(after);
      });

      test('keeping the id of a record whose data or TTL changed', async () => {
        const a = record('A', '192.0.2.10');
        await put(a, record('TXT', '"old"'));
        const changed = { ...a, data: '192.0.2.99', ttlS: 60 };
        await put(changed);
        await expectZone([changed]);
      });

      test('even when two records trade their data', async () => {
        const [first, second] = [record('A', '192.0.2.1'), record('A', '192.0.2.2')];
        await put(first, second);
        const traded = [
          { ...first, data: second.data },
          { ...second, data: first.data },
        ];
        await put(...traded);
        await expectZone(traded);
      });

      test('to nothing, by removing it, as often as asked', async () => {
        await put(record('A', '192.0.2.10'));
        await host.removeZone(zone);
        await host.removeZone(zone);
        expect(await host.readZone(zone)).toBeNull();
      });

      test('and takes a removed zone back', async () => {
        await put(record('A', '192.0.2.10'));
        await host.removeZone(zone);
        const a = record('A', '192.0.2.11');
        await put(a);
        await expectZone([a]);
      });
    });

    describe('refuses the whole change, and keeps the zone as it was, when a record', () => {
      const refused = async (...bad: HostedRecord[]) => {
        const good = record('A', '192.0.2.10');
        const { serial } = await put(good);
        const failure = await failureOf(put(record('TXT', '"new"'), ...bad));
        expect(failure.kind).toBe('rejected');
        await expectZone([good]);
        expect(await serialOf()).toBe(serial);
      };

      test('is outside of the zone', () => refused(record('A', '192.0.2.1', 'elsewhere.example')));

      test('only looks as if it were inside of the zone', () =>
        refused(record('A', '192.0.2.1', `x${zone}`)));

      test("is the host's own: SOA, or NS at the apex", async () => {
        await refused(record('NS', 'ns1.northpeak.example.'));
        await host.removeZone(zone);
        await refused(record('SOA', 'ns1.northpeak.example. h.northpeak.example. 1 2 3 4 5'));
      });

      test('has data its type cannot hold', () => refused(record('A', 'not-an-address')));

      test('stands beside a CNAME of the same name (RFC 1034 §3.6.2)', () =>
        refused(
          record('CNAME', 'northpeak.example.', `www.${zone}`),
          record('TXT', '"beside"', `www.${zone}`),
        ));

      test('is there twice (RFC 2181 §5)', () =>
        refused(record('TXT', '"twice"', `t.${zone}`), record('TXT', '"twice"', `t.${zone}`)));
    });

    test('holds one whole set of records when two are put at once, never a mixture', async () => {
      const sets = ['one', 'two'].map((word) => [
        record('TXT', `"${word}"`),
        record('TXT', `"${word}"`, `a.${zone}`),
        record('TXT', `"${word}"`, `b.${zone}`),
      ]);
      await Promise.all(sets.map((records) => put(...records)));
      const data = (await host.readZone(zone))?.records.map((held) => held.data);
      expect([Array(3).fill('"one"'), Array(3).fill('"two"')]).toContainEqual(data);
    });

    test('takes every record that its rule does not refuse', async () => {
      const refuses = await host.recordRule();
      const records = [1, 30, 60, 300, 86_400, 604_800].map((ttlS) => ({
        ...record('TXT', `"${ttlS}"`, `ttl-${ttlS}.${zone}`),
        ttlS,
      }));
      const taken = records.filter((one) => refuses(one) === null);
      await put(...taken);
      const held = (await host.readZone(zone))?.records.map(({ ttlS }) => ttlS).toSorted((a, b) => a - b);
      expect(held).toEqual(taken.map(({ ttlS }) => ttlS));
      for (const one of records.filter((each) => refuses(each) !== null)) {
        expect(await failureOf(put(one))).toMatchObject({ kind: 'rejected', reason: refuses(one)!.code });
      }
    });

    test('says where the world is sent, or that it does not look', async () => {
      const seen = await host.seenDelegation(zone);
      expect(seen === null || Array.isArray(seen)).toBe(true);
    });

    if (options.ownersZones) {
      const ownerOf = (): ZoneOwner => {
        if (!target.owner) throw new Error('the owner’s side of the zones is missing');
        return target.owner;
      };

      describe("in a zone of its owner's", () => {
        test('touches no record of the owner: not by putting, not by changing, not by removing', async () => {
          const before = await ownerOf().records(zone);
          expect(before.length).toBeGreaterThan(0);
          const a = record('A', '192.0.2.10', `ours.${zone}`);
          await put(a);
          await put({ ...a, data: '192.0.2.11' });
          await put();
          await put(a);
          await host.removeZone(zone);
          expect(await ownerOf().records(zone)).toEqual(before);
        });

        test('tells the owner’s records apart from ours', async () => {
          const theirs = (await host.ownersRecords(zone)).length;
          expect(theirs).toBe((await ownerOf().records(zone)).length);
          const a = record('A', '192.0.2.10', `ours.${zone}`);
          await put(a);
          await ownerOf().add(zone, record('A', '192.0.2.77', `theirs.${zone}`));
          await expectZone([a]);
          const seen = await host.ownersRecords(zone);
          expect(seen).toHaveLength(theirs + 1);
          expect(seen).toContainEqual(
            expect.objectContaining({ name: `theirs.${zone}`, data: '192.0.2.77' }),
          );
        });

        test('leaves a record that the owner has in the very same form to the owner', async () => {
          const same = record('A', '192.0.2.10', `same.${zone}`);
          await ownerOf().add(zone, same);
          const before = await ownerOf().records(zone);
          await put(same);
          await host.removeZone(zone);
          expect(await ownerOf().records(zone)).toEqual(before);
        });

        test('refuses what cannot stand beside a record of the owner, and has changed nothing', async () => {
          await ownerOf().add(zone, record('CNAME', 'northpeak.example.', `www.${zone}`));
          const failure = await failureOf(
            put(record('A', '192.0.2.10', `www.${zone}`), record('TXT', '"x"')),
          );
          expect(failure.kind).toBe('conflict');
          expect(await host.readZone(zone)).toBeNull();
        });

        test('puts a record of ours right that was changed there', async () => {
          const a = record('A', '192.0.2.10', `ours.${zone}`);
          await put(a);
          await ownerOf().tamperWith(zone, a.id, '192.0.2.66');
          expect((await host.readZone(zone))?.records[0]?.data).toBe('192.0.2.66');
          await put(a);
          await expectZone([a]);
        });

        test('puts more records than most hosts change at once', async () => {
          const many = Array.from({ length: 450 }, (_, index) =>
            record('A', `192.0.2.${index % 250}`, `h${index}.${zone}`),
          );
          await put(...many);
          await expectZone(many);
        });
      });
    } else {
      test('has no records of anybody else’s', async () => {
        await put(record('A', '192.0.2.10'));
        expect(await host.ownersRecords(zone)).toEqual([]);
      });
    }

    if (options.faults === false) return;

    describe('when things go wrong on the way', () => {
      test.for(options.failureKinds ?? (['transient'] as const))(
        'says %s when it is, has changed nothing, and changes it when asked again',
        async (kind) => {
          const a = record('A', '192.0.2.10');
          faultsOf(target).failNext(kind);
          expect((await failureOf(put(a))).kind).toBe(kind);
          expect(await host.readZone(zone)).toBeNull();
          await put(a);
          await expectZone([a]);
        },
      );

      test('a slow answer is as right as a quick one', async () => {
        faultsOf(target).slow(20);
        const a = record('A', '192.0.2.10');
        await put(a);
        await expectZone([a]);
      });

      test('a connection that died before the host acted leaves the old zone, and the repeat changes it', async () => {
        const a = record('A', '192.0.2.10');
        const changed = { ...a, data: '192.0.2.11' };
        await put(a);
        faultsOf(target).timeOutBeforeActing();
        expect((await failureOf(put(changed))).kind).toBe('outcomeUnknown');
        await expectZone([a]);
        await put(changed);
        await expectZone([changed]);
      });

      test('a connection that died after the host acted leaves the new zone, and the repeat changes nothing', async () => {
        const a = record('A', '192.0.2.10');
        const changed = { ...a, data: '192.0.2.11' };
        await put(a);
        faultsOf(target).timeOutAfterActing();
        expect((await failureOf(put(changed))).kind).toBe('outcomeUnknown');
        await expectZone([changed]);
        const serial = await serialOf();
        await put(changed);
        expect(await serialOf()).toBe(serial);
      });

      test('a removal whose answer was lost has removed the zone, and can be repeated', async () => {
        await put(record('A', '192.0.2.10'));
        faultsOf(target).timeOutAfterActing();
        expect((await failureOf(host.removeZone(zone))).kind).toBe('outcomeUnknown');
        expect(await host.readZone(zone)).toBeNull();
        await host.removeZone(zone);
      });
    });
  });
};
