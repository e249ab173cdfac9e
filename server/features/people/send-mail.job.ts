// Hands mail with links to the mail server, and tries again until the link in it is over.
import {
  type ClaimedWork,
  type ClaimedWorkOptions,
  createClaimedWork,
} from '../../../database/claimed-work.ts';
import type { FeatureContext } from '../context.ts';
import { openMessage } from './mail.ts';
import { mailClaim, mailDelete, mailDue, type WaitingMail } from './mail-store.ts';

const LEASE_MS = 2 * 60_000;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * 60_000;

const waitMs = (attempts: number): number => Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);

export const createPersonMailWorker = (
  context: Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'systemMail'> &
    Pick<ClaimedWorkOptions<WaitingMail>, 'log'>,
): ClaimedWork => {
  const { db, clock, secrets, systemMail, log } = context;
  const work = async (mail: WaitingMail): Promise<void> => {
    const now = clock.now();
    if (mail.giveUpAt <= now || !systemMail) {
      log.warn(
        { mail: mail.uid, attempts: mail.attempts },
        'mail with a link was not taken until it was over',
      );
      return mailDelete(db, mail.uid);
    }
    try {
      await systemMail.send(openMessage(secrets, mail.uid, mail.messageSealed));
    } catch (error) {
      log.warn(
        { mail: mail.uid, attempts: mail.attempts, reason: (error as Error).message },
        'the mail server did not take mail with a link',
      );
      return mailDue(db, mail.uid, new Date(clock.now().getTime() + waitMs(mail.attempts)));
    }
    await mailDelete(db, mail.uid);
  };
  return createClaimedWork<WaitingMail>({
    name: 'mail to people',
    clock,
    log,
    maxInFlight: 4,
    lookEveryMs: 2_000,
    claim: (free) => {
      const now = clock.now();
      return mailClaim(db, free, now, new Date(now.getTime() + LEASE_MS));
    },
    work,
  });
};
