// One request about many mailboxes: each is done or refused for itself, and the answer says which and why.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { eachForItself } from '../../http/each-for-itself.ts';
import { insufficientFunds } from '../billing/index.ts';
import { mailboxNotFound } from './errors.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxesLock } from './store.ts';

/** The most mailboxes that one request may name. */
const MOST = 500;

/**
 * The mailboxes a request is about. One that is named twice is meant once; text that cannot be a uid names a mailbox
 * that does not exist, and is answered as it was sent.
 */
export const uids = z
  .array(z.string().trim().min(1).max(100).meta({ format: 'uuid' }))
  .min(1)
  .max(MOST);

const isUid = (text: string): boolean => z.uuid().safeParse(text).success;

export const eachAnswer = {
  results: z
    .object({
      success: z.array(
        z
          .object({
            uid: z.uuid(),
            email: z.string(),
            status: z.string(),
            ends_at: z.iso
              .datetime()
              .nullable()
              .meta({ description: 'When it stops working; null when it goes on' }),
          })
          .meta({ id: 'MailboxChanged' }),
      ),
      failed: z.array(
        z.object({ uid: z.string(), code: z.string(), error: z.string() }).meta({ id: 'MailboxRefused' }),
      ),
    })
    .meta({ description: 'What became of each mailbox' }),
};

type Changed = { status: string; endsAt: Date | null };

/**
 * Does the same with each mailbox, locked.
 *
 * @param act says how the mailbox stands after it; refuses with an ApiError before it writes anything. A wallet that
 *   cannot pay refuses the whole request.
 */
export const eachMailbox = async (
  tx: Tx,
  workspaceUid: string,
  wanted: readonly string[],
  act: (mailbox: Mailbox) => Promise<Changed>,
) => {
  const rows = await mailboxesLock(tx, workspaceUid, wanted.filter(isUid));
  const locked = new Map(rows.map((row) => [row.uid, row]));
  const results = await eachForItself(
    'uid',
    wanted,
    async (uid) => {
      const mailbox = locked.get(uid);
      if (!mailbox) throw mailboxNotFound('Mailbox not found');
      const { status, endsAt } = await act(mailbox);
      return { uid, email: mailbox.address, status, ends_at: endsAt?.toISOString() ?? null };
    },
    [insufficientFunds.definition],
  );
  return { results };
};
