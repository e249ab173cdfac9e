// Every sequencer against the vendor's real API, for whoever has an account there. Without one each is skipped, and says
// which variable it waits for; docs/guides/sequencers.md describes them.
//
// What the fakes cannot promise is asked here and nothing else: that the vendor takes our requests as they are, and that
// its answers are read for what they say. Nothing is left behind: the mailbox is removed where the vendor lets it be.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { failureOf } from './contracts/failure.conformance.ts';
import type { SequencerMailbox, SequencerTuning } from './contracts/sequencer.ts';
import { sendByFetch } from './contracts/wire.ts';
import { createSequencerVendors, sequencerManifests } from './sequencer-vendors.ts';

const login = z.strictObject({
  host: z.string(),
  port: z.int(),
  security: z.enum(['tls', 'starttls']),
  username: z.string(),
  password: z.string(),
});
const realMailbox = z.strictObject({ address: z.email(), smtp: login, imap: login });
const account = z.object({ url: z.url() }).catchall(z.string());

const MAILBOX = 'INBOXKIT_LIVE_MAILBOX';
const CONNECTS_WITHIN_MS = 15 * 60_000;
const LOOKS_EVERY_MS = 10_000;

const read = <T>(name: string, shape: z.ZodType<T>): T | null => {
  const text = process.env[name];
  return text ? shape.parse(JSON.parse(text)) : null;
};

const given = read(MAILBOX, realMailbox);
const tuning: SequencerTuning = {
  dailyLimit: 10,
  warmup: { enabled: false, dailyLimit: null, increment: null, replyPercent: null },
};

for (const { vendor, title, roles, credentials } of sequencerManifests.filter((one) => one.roles.sequencer)) {
  const variable = `INBOXKIT_LIVE_${vendor.replaceAll('-', '_').toUpperCase()}`;
  const live = read(variable, account);
  const open = (change: (secret: string) => string = (secret) => secret) => {
    const { url, ...values } = live!;
    const secrets = new Set(credentials.filter(({ secret }) => secret).map(({ name }) => name));
    const credential = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, secrets.has(name) ? change(value) : value]),
    );
    const vendors = createSequencerVendors({
      urls: { [vendor]: url },
      guardedSend: sendByFetch,
      callsPerMinute: null,
      timeoutMs: 30_000,
    });
    const { calls, perMs } = roles.sequencer!.pace;
    return vendors.open(vendor, { credential, beforeCall: () => sleep(perMs / calls) })!;
  };

  describe(`${title}, live`, () => {
    test.skipIf(!live)(`opens with the credential in ${variable}, and with no other`, async () => {
      await open().verifyTarget();
      const wrong = open((secret) => `${secret.slice(0, -1)}${secret.endsWith('x') ? 'y' : 'x'}`);
      expect(await failureOf(wrong.verifyTarget())).toMatchObject({ kind: 'unauthorized' });
      await open().listMailboxes({ cursor: null });
    });

    test.skipIf(!(live && given))(
      `connects the mailbox in ${MAILBOX} to the account in ${variable}, once, and lets go of it`,
      async () => {
        const sequencer = open();
        const mailbox: SequencerMailbox = { ...given!, firstName: 'Mara', lastName: 'Voss' };
        const { address } = mailbox;
        await sequencer.upsertMailbox(mailbox, tuning);
        const accepted = await sequencer.upsertMailbox(mailbox, tuning);
        const end = performance.now() + CONNECTS_WITHIN_MS;
        let found = await sequencer.pollMailbox({ address, ...accepted });
        while (found?.state !== 'connected' && performance.now() < end) {
          await sleep(LOOKS_EVERY_MS);
          found = await sequencer.pollMailbox({ address, ...accepted });
        }
        expect(found).toMatchObject({ address, state: 'connected' });
        const at = { address, id: found!.id, ticket: accepted.ticket };
        await sequencer.tune(at, tuning);
        const failure = await sequencer.removeMailbox(at).then(
          () => null,
          (error) => failureOf(Promise.reject(error)),
        );
        if (failure) expect(failure).toMatchObject({ reason: 'removal_unsupported' });
        else expect(await sequencer.pollMailbox({ address, id: null, ticket: null })).toBeNull();
      },
      CONNECTS_WITHIN_MS + 60_000,
    );
  });
}
