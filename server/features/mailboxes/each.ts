// One request about many mailboxes: each is done or refused for itself, and the answer says which and why.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
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
 * Does the same with each mailbox, locked, in the order of the request. When all of them are refused the request is,
 * with the first reason, and the results beside it.
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
  const success: { uid: string; email: string; status: string; ends_at: string | null }[] = [];
  const refusals: { uid: string; refusal: ApiError }[] = [];
  for (const uid of new Set(wanted)) {
    const mailbox = locked.get(uid);
    try {
      if (!mailbox) throw mailboxNotFound('Mailbox not found');
      const { status, endsAt } = await act(mailbox);
      success.push({ uid, email: mailbox.address, status, ends_at: endsAt?.toISOString() ?? null });
    } catch (error) {
      if (!(error instanceof ApiError) || error.definition === insufficientFunds.definition) throw error;
      refusals.push({ uid, refusal: error });
    }
  }
  const failed = refusals.map(({ uid, refusal }) => ({
    uid,
    code: refusal.definition.code,
    error: refusal.message,
  }));
  const [first] = refusals;
  if (first && success.length === 0) {
    const { definition, message, fields } = first.refusal;
    throw new ApiError(definition, message, { ...fields, results: { success, failed } });
  }
  return { results: { success, failed } };
};

export const processed = (results: { success: unknown[]; failed: unknown[] }, done: string): string =>
  `Processed ${results.success.length + results.failed.length} mailbox(es): ${results.success.length} ${done}, ${results.failed.length} failed`;
