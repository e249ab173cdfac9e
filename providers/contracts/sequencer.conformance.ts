// What every sequencer must do, however it speaks: accept and then connect, never hold a mailbox twice, tell why it cannot
// sign in, and be asked about what got lost.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from './failure.conformance.ts';
import { DROP_WORDS, type FakeSequencer, SIGN_IN_WORDS, WRONG_PASSWORD } from './fake-sequencer.ts';
import type {
  Accepted,
  Sequencer,
  SequencerMailbox,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
} from './sequencer.ts';

export type SequencerSuiteOptions = {
  /** False where the target's API lets nobody set it. Default true. */
  tunesLimit?: boolean;
  tunesWarmup?: boolean;
  /** False where mailboxes are removed by hand only. */
  removes?: boolean;
  /** False where an account that is read by its API never says that it signs in no more. */
  tellsWords?: boolean;
};

export const sampleMailbox = (address: string, password = 'qwjxkdbnvhpslfty'): SequencerMailbox => ({
  address,
  firstName: 'Mara',
  lastName: 'Voss',
  smtp: {
    host: 'mail.inboxkit.example',
    port: 465,
    security: 'tls',
    username: address,
    password,
  },
  imap: { host: 'mail.inboxkit.example', port: 993, security: 'tls', username: address, password },
});

export const sampleTuning: SequencerTuning = {
  dailyLimit: 30,
  warmup: { enabled: true, dailyLimit: 20, increment: 2, replyPercent: 35 },
};

const MOST_LOOKS = 10;

/** Runs the suite against a vendor's fake; `start` runs once per case. */
export const sequencerConformance = (
  name: string,
  start: () => Promise<FakeSequencer>,
  create: (settings: SequencerSettings) => Sequencer,
  { tunesLimit = true, tunesWarmup = true, removes = true, tellsWords = true }: SequencerSuiteOptions = {},
): void => {
  describe(`${name} as a sequencer`, () => {
    let fake: FakeSequencer;
    let sequencer: Sequencer;
    const address = 'mara@northpeak.example';

    beforeEach(async () => {
      fake = await start();
      sequencer = create({ baseUrl: fake.baseUrl, credential: fake.credential, timeoutMs: 5_000 });
    });
    afterEach(() => fake.close());

    /** Looks until the target has made up its mind. */
    const outcomeOf = async (accepted: Accepted, of = address): Promise<TargetMailbox> => {
      for (let look = 0; look < MOST_LOOKS; look += 1) {
        const found = await sequencer.pollMailbox({ address: of, ...accepted });
        if (found && found.state !== 'connecting') return found;
      }
      throw new Error(`${of} was still connecting after ${MOST_LOOKS} looks`);
    };
    const everything = async (): Promise<TargetMailbox[]> => {
      const all: TargetMailbox[] = [];
      for (let cursor: string | null = null; ; ) {
        const page: Awaited<ReturnType<Sequencer['listMailboxes']>> = await sequencer.listMailboxes({
          cursor,
        });
        all.push(...page.mailboxes);
        if (page.next === null) return all;
        cursor = page.next;
      }
    };
    const unknown = { id: null, ticket: null };

    test('opens with a credential, and says of a wrong one that it is none', async () => {
      await sequencer.verifyTarget();
      const locked = create({ baseUrl: fake.baseUrl, credential: fake.wrongCredential });
      expect(await failureOf(locked.verifyTarget())).toMatchObject({ kind: 'unauthorized' });
    });

    test('accepts a mailbox, and says by itself when it signs in', async () => {
      const accepted = await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning);
      const found = await outcomeOf(accepted);
      expect(found).toMatchObject({ address, state: 'connected' });
      expect(found.id).toBe(fake.held.byAddress(address)!.id);
      expect(fake.held.byAddress(address)).toMatchObject({ firstName: 'Mara', lastName: 'Voss' });
    });

    test('is found by its address alone, when what it was called got lost', async () => {
      await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning);
      expect(await outcomeOf(unknown)).toMatchObject({ address, state: 'connected' });
    });

    test('holds a mailbox once, however often it is handed over, with the password that came last', async () => {
      await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address, 'first-password'), sampleTuning));
      await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address, 'second-password'), sampleTuning));
      expect((await everything()).map((one) => one.address)).toEqual([address]);
      expect(fake.held.byAddress(address)?.password).toBe('second-password');
    });

    test('tells in its own words why it cannot sign in, and connects once it can', async () => {
      const accepted = await sequencer
        .upsertMailbox(sampleMailbox(address, WRONG_PASSWORD), sampleTuning)
        .catch((error) => failureOf(Promise.reject(error)));
      if ('kind' in accepted) {
        // A target that tries before it accepts.
        expect(accepted).toMatchObject({ kind: 'rejected' });
        expect(accepted.message).toContain('535');
      } else {
        const found = await outcomeOf(accepted);
        expect(['disconnected', 'refused']).toContain(found.state);
        if (tellsWords) expect(found.words).toContain(SIGN_IN_WORDS);
      }
      const again = await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning);
      expect(await outcomeOf(again)).toMatchObject({ state: 'connected' });
    });

    test('tells of a mailbox that dropped out, one by one and in its list', async () => {
      const accepted = await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning);
      const { id } = await outcomeOf(accepted);
      fake.held.drop(address);
      const found = await sequencer.pollMailbox({ address, id, ticket: null });
      expect(found).toMatchObject({ state: 'disconnected' });
      if (tellsWords) expect(found!.words).toContain(DROP_WORDS);
      expect(await everything()).toMatchObject([{ address, id, state: 'disconnected' }]);
    });

    test('knows nothing of a mailbox that nobody handed over', async () => {
      expect(await sequencer.pollMailbox({ address: 'nobody@northpeak.example', ...unknown })).toBeNull();
      expect(await everything()).toEqual([]);
    });

    if (tunesLimit || tunesWarmup) {
      test('takes limits and warm-up, as far as it lets them be set', async () => {
        const { id } = await outcomeOf(
          await sequencer.upsertMailbox(sampleMailbox(address), {
            dailyLimit: null,
            warmup: { enabled: false, dailyLimit: null, increment: null, replyPercent: null },
          }),
        );
        await sequencer.tune({ address, id, ticket: null }, sampleTuning);
        const held = fake.held.byAddress(address)!;
        if (tunesLimit) expect(held.dailyLimit).toBe(30);
        if (tunesWarmup) expect(held.warmup).toMatchObject({ enabled: true });
        await sequencer.tune(
          { address, id, ticket: null },
          { ...sampleTuning, warmup: { ...sampleTuning.warmup, enabled: false } },
        );
        if (tunesWarmup) expect(fake.held.byAddress(address)!.warmup).toMatchObject({ enabled: false });
      });
    }

    if (removes) {
      test('lets go of a mailbox, and of one that it does not have', async () => {
        const { id } = await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
        await sequencer.removeMailbox({ address, id, ticket: null });
        expect(await everything()).toEqual([]);
        await sequencer.removeMailbox({ address, id, ticket: null });
        await sequencer.removeMailbox({ address: 'nobody@northpeak.example', ...unknown });
      });
    } else {
      test('says that mailboxes are removed from it by hand only', async () => {
        const { id } = await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
        expect(await failureOf(sequencer.removeMailbox({ address, id, ticket: null }))).toMatchObject({
          kind: 'rejected',
          reason: 'removal_unsupported',
        });
      });
    }

    test('lists everything once, through all of its pages', async () => {
      const added = fake.held.add(230);
      const listed = (await everything()).map((one) => one.address);
      expect(listed.toSorted()).toEqual(added.toSorted());
    });

    test.for([
      ['whose answer got lost after it was carried out', 'timeOutAfterActing'],
      ['that was answered with 500 though it was carried out', 'answerErrorAfterActing'],
    ] as const)('a call %s is unknown, is found, and done again changes nothing', async ([, fault]) => {
      fake.faults[fault]();
      const lost = await failureOf(sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
      expect(lost.kind).toBe('outcomeUnknown');
      await outcomeOf(unknown);
      await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
      expect(await everything()).toHaveLength(1);
    });

    test('a call that got lost on its way is unknown, and is not there', async () => {
      fake.faults.timeOutBeforeActing();
      const lost = await failureOf(sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
      expect(lost.kind).toBe('outcomeUnknown');
      expect(await sequencer.pollMailbox({ address, ...unknown })).toBeNull();
      await outcomeOf(await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning));
    });

    test('a target that is limited says when to come back, one that is away that it is', async () => {
      fake.faults.failNext('rateLimited');
      expect(await failureOf(sequencer.listMailboxes({ cursor: null }))).toMatchObject({
        kind: 'rateLimited',
        retryAfterMs: 1_000,
      });
      fake.faults.failNext('transient');
      expect(await failureOf(sequencer.listMailboxes({ cursor: null }))).toMatchObject({ kind: 'transient' });
    });

    test('asks for its turn before each call', async () => {
      let turns = 0;
      const paced = create({
        baseUrl: fake.baseUrl,
        credential: fake.credential,
        beforeCall: async () => {
          turns += 1;
        },
      });
      const before = fake.calls.length;
      await paced.upsertMailbox(sampleMailbox(address), sampleTuning);
      expect(turns).toBe(fake.calls.length - before);
    });

    test('shows no password and no key in what it says when something fails', async () => {
      fake.faults.failNext('rejected');
      const error = await sequencer
        .upsertMailbox(sampleMailbox(address, 'Planted-Secret-1'), sampleTuning)
        .catch((thrown) => thrown);
      const told = `${JSON.stringify(error.failure)} ${error.detail} ${error.message} ${error.stack}`;
      const { api_key: key, api_secret: secret } = fake.credential;
      for (const hidden of ['Planted-Secret-1', key ?? secret!]) expect(told).not.toContain(hidden);
    });
  });
};
