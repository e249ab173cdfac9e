/** Every SQL statement on mail in the queue that has waited for something long enough: held mail, and what is settled. */
import type { Db, Tx } from '../../../database/database.ts';
import type { DsnEnvelope, DsnRecipient } from './notify.ts';
import { notify } from './store.ts';

/** Makes held mail due that can go now: to domains hosted since then, or to all when `everything`. */
export async function releaseHeld(db: Db, now: Date, everything: boolean): Promise<void> {
  let release = db
    .updateTable('mail.queue_recipient')
    .set({ state: 'queued', reason: null, due_at: now, changed_at: now })
    .where('state', '=', 'held')
    .where('hold_requested', '=', false);
  if (!everything) {
    release = release.where('domain', 'in', (query) =>
      query.selectFrom('published.mail_domain').select('name'),
    );
  }
  const released = await release.executeTakeFirst();
  if (released.numUpdatedRows > 0n) await notify(db);
}

export type ExpiredHeld = {
  address: string;
  reason: string | null;
  sender: string;
  forwardedFor: string | null;
  raw: Buffer;
  acceptedAt: Date;
  dsn: DsnEnvelope & DsnRecipient;
};

/** Gives up on one recipient that is held since before `acceptedBefore`; null when there is none. */
export async function expireHeld(tx: Tx, acceptedBefore: Date, now: Date): Promise<ExpiredHeld | null> {
  const held = await tx
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select(['r.id', 'r.address', 'r.reason', 'm.sender', 'm.forwarded_for', 'm.raw', 'm.accepted_at'])
    .select(['m.dsn_ret', 'm.dsn_envid', 'r.dsn_notify', 'r.dsn_orcpt'])
    .where('r.state', '=', 'held')
    .where('m.accepted_at', '<', acceptedBefore)
    .limit(1)
    .forUpdate('r')
    .skipLocked()
    .executeTakeFirst();
  if (!held?.raw) return null;
  await tx
    .updateTable('mail.queue_recipient')
    .set({ state: 'expired', hold_requested: false, changed_at: now })
    .where('id', '=', held.id)
    .execute();
  const { forwarded_for: forwardedFor, accepted_at: acceptedAt, raw } = held;
  const dsn = {
    ret: held.dsn_ret as DsnEnvelope['ret'],
    envid: held.dsn_envid,
    notify: held.dsn_notify as DsnRecipient['notify'],
    orcpt: held.dsn_orcpt,
  };
  return { ...held, forwardedFor, acceptedAt, raw, dsn };
}

/** Deletes messages accepted before `acceptedBefore` that wait for nothing any more. */
export async function deleteSettled(db: Db, acceptedBefore: Date): Promise<void> {
  await db
    .deleteFrom('mail.queue_message')
    .where('accepted_at', '<', acceptedBefore)
    .where((query) =>
      query.not(
        query.exists(
          query
            .selectFrom('mail.queue_recipient')
            .select('id')
            .whereRef('message_id', '=', 'mail.queue_message.id')
            .where('due_at', 'is not', null),
        ),
      ),
    )
    .execute();
}
