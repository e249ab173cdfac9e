// What every mailbox host must do with the keys that sign a domain's mail: make successors, change over, forget.
// A part of the suite of mailbox hosts.
import { beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from './failure.conformance.ts';
import type { HeldDkimKey, MailboxHost, MailDomainSetup } from './mailbox-host.ts';

/** `dkimRotation: false` for a host that keeps its keys for ever, and says so when asked for others. */
export type SigningKeyOptions = { dkimRotation?: boolean };

export type SigningKeysUnderTest = {
  host: MailboxHost;
  /** A domain the host does not know, and how it gets to know it. */
  domain: string;
  setUp(): Promise<MailDomainSetup>;
};

/** Registers the cases; `open` answers what the hook of the surrounding suite has made for a case. */
export const signingKeysConformance = (
  open: () => SigningKeysUnderTest,
  options: SigningKeyOptions,
): void => {
  describe('keeps signing keys', () => {
    let host: MailboxHost;
    let domain: string;
    let setUp: SigningKeysUnderTest['setUp'];
    beforeEach(() => {
      ({ host, domain, setUp } = open());
    });

    const states = (keys: HeldDkimKey[]) => keys.map(({ state }) => state);
    const selectorsOf = (keys: HeldDkimKey[], state: HeldDkimKey['state']) =>
      keys.filter((key) => key.state === state).map(({ selector }) => selector);
    const publicHalves = (keys: object[]) =>
      keys.map((key) => JSON.stringify({ ...key, state: undefined })).toSorted();

    test('none for a domain it does not know', async () => {
      expect(await host.dkimKeys(domain)).toEqual([]);
    });

    test('that all sign for a domain that was just set up', async () => {
      const { dkim } = await setUp();
      const keys = await host.dkimKeys(domain);
      expect(new Set(states(keys))).toEqual(new Set(['signing']));
      expect(publicHalves(keys)).toEqual(publicHalves(dkim));
    });

    if (options.dkimRotation === false) {
      test('for ever, and says so when others are asked for', async () => {
        await setUp();
        const failure = await failureOf(host.addDkimKeys(domain));
        expect(failure).toMatchObject({ kind: 'rejected', reason: 'dkim_rotation_unsupported' });
      });
      return;
    }

    test('and makes a successor of each, which signs nothing and is to be published', async () => {
      const { dkim: before } = await setUp();
      const added = await host.addDkimKeys(domain);
      expect(states(added)).toEqual(before.map(() => 'waiting'));
      expect(added.map((key) => key.algorithm).toSorted()).toEqual(
        before.map((key) => key.algorithm).toSorted(),
      );
      const all = await host.dkimKeys(domain);
      expect(selectorsOf(all, 'signing').toSorted()).toEqual(before.map((key) => key.selector).toSorted());
      expect(new Set(all.map((key) => key.selector)).size).toBe(before.length * 2);
      expect(publicHalves((await setUp()).dkim)).toEqual(publicHalves(all));
    });

    test('and makes no more while some wait, whoever asks at once', async () => {
      await setUp();
      const [one, two] = await Promise.all([host.addDkimKeys(domain), host.addDkimKeys(domain)]);
      expect(one).toEqual(two);
      expect(await host.addDkimKeys(domain)).toEqual(one);
    });

    test('and signs with exactly those it is told, as often as told', async () => {
      const { dkim: before } = await setUp();
      const selectors = (await host.addDkimKeys(domain)).map(({ selector }) => selector);
      await host.activateDkimKeys(domain, selectors);
      await host.activateDkimKeys(domain, selectors);
      const keys = await host.dkimKeys(domain);
      expect(selectorsOf(keys, 'signing').toSorted()).toEqual(selectors.toSorted());
      expect(selectorsOf(keys, 'retiring').toSorted()).toEqual(before.map((key) => key.selector).toSorted());
      expect(publicHalves((await setUp()).dkim)).toEqual(publicHalves(keys));
    });

    test('and goes on signing as before when it is told of one it does not have', async () => {
      await setUp();
      const before = await host.dkimKeys(domain);
      expect((await failureOf(host.activateDkimKeys(domain, ['none1']))).kind).toBe('notFound');
      expect(await host.dkimKeys(domain)).toEqual(before);
    });

    test('and forgets those that do not sign, as often as asked, and none that does', async () => {
      await setUp();
      const added = (await host.addDkimKeys(domain)).map(({ selector }) => selector);
      const signing = selectorsOf(await host.dkimKeys(domain), 'signing');
      const failure = await failureOf(host.retireDkimKeys(domain, [...added, ...signing]));
      expect(failure).toMatchObject({ kind: 'conflict', reason: 'dkim_key_signs' });
      expect(await host.dkimKeys(domain)).toHaveLength(added.length + signing.length);
      await host.activateDkimKeys(domain, added);
      await host.retireDkimKeys(domain, signing);
      await host.retireDkimKeys(domain, signing);
      const left = await host.dkimKeys(domain);
      expect(states(left)).toEqual(added.map(() => 'signing'));
      expect(publicHalves((await setUp()).dkim)).toEqual(publicHalves(left));
    });

    test('under selectors that were not used before, however often they change', async () => {
      const used = (await setUp()).dkim.map((key) => key.selector);
      for (let round = 0; round < 2; round += 1) {
        const old = selectorsOf(await host.dkimKeys(domain), 'signing');
        const added = (await host.addDkimKeys(domain)).map(({ selector }) => selector);
        for (const selector of added) expect(used).not.toContain(selector);
        used.push(...added);
        await host.retireDkimKeys(domain, added);
        const again = (await host.addDkimKeys(domain)).map(({ selector }) => selector);
        for (const selector of again) expect(used).not.toContain(selector);
        used.push(...again);
        await host.activateDkimKeys(domain, again);
        await host.retireDkimKeys(domain, old);
      }
    });

    test('of domains it knows only', async () => {
      expect((await failureOf(host.addDkimKeys(domain))).kind).toBe('notFound');
      expect((await failureOf(host.activateDkimKeys(domain, ['none1']))).kind).toBe('notFound');
      await host.retireDkimKeys(domain, ['none1']);
    });
  });
};
