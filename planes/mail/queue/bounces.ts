/** What comes back, and whom a workspace must not write to any more: every SQL statement on `mail.bounce` and `mail.suppression` that moving mail takes. */
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { normalizeAddress, splitAddress } from '../../../protocols/mail/address.ts';
import { bounceKind } from '../../../protocols/mail/bounce-kind.ts';
import type { ReceivedReport } from '../message/delivery-report.ts';
import { isHosted } from './store.ts';

const MAX_REASON_CHARACTERS = 1000;

export type Bounced = {
  workspaceId: string;
  mailboxId: string;
  recipientId: string;
  address: string;
  origin: 'delivery' | 'report';
  /** Enhanced status code. */
  status: string;
  reason: string;
  reportedBy: string | null;
};

/** Writes it down, and suppresses an address elsewhere that does not exist. Once for each recipient of a message. */
export async function recordBounce(tx: Tx, bounced: Bounced, now: Date): Promise<void> {
  const kind = bounceKind(bounced.status, bounced.reason);
  const reason = bounced.reason.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_REASON_CHARACTERS);
  const recorded = await tx
    .insertInto('mail.bounce')
    .values({
      id: newId(),
      workspace_id: bounced.workspaceId,
      mailbox_id: bounced.mailboxId,
      recipient_id: bounced.recipientId,
      address: bounced.address,
      kind,
      origin: bounced.origin,
      status: bounced.status,
      reason,
      reported_by: bounced.reportedBy,
      bounced_at: now,
    })
    .onConflict((conflict) => conflict.column('recipient_id').doNothing())
    .executeTakeFirst();
  const address = normalizeAddress(bounced.address);
  if (kind !== 'hard' || !address || recorded.numInsertedOrUpdatedRows === 0n) return;
  // An address of our own may be made tomorrow, and nobody's reputation suffers until then.
  if (await isHosted(tx, splitAddress(address)?.domain ?? '')) return;
  await tx
    .insertInto('mail.suppression')
    .values({
      id: newId(),
      workspace_id: bounced.workspaceId,
      address,
      source: 'bounce',
      reason: reason.includes(bounced.status) ? reason : `${bounced.status} ${reason}`,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'address']).doNothing())
    .execute();
}

export type Suppression = { reason: string | null; source: string; createdAt: Date };

/** An address as the client wrote it, and the workspace that writes to it. */
export type Addressed = { workspaceId: string; address: string };

/** For each whether it is suppressed; null where it is not. */
export async function findSuppressions(
  db: Db,
  addressed: readonly Addressed[],
): Promise<(Suppression | null)[]> {
  const asked = addressed.map(({ workspaceId, address }, place) => ({
    place,
    workspace_id: workspaceId,
    address: normalizeAddress(address) ?? address,
  }));
  const { rows } = await sql<Suppression & { place: number }>`
    select a.place, s.reason, s.source, s.created_at as "createdAt"
    from json_to_recordset(${JSON.stringify(asked)}::json) as a (place integer, workspace_id uuid, address text)
      join mail.suppression s on s.workspace_id = a.workspace_id and s.address = a.address`.execute(db);
  const found = new Map(rows.map(({ place, ...suppression }) => [place, suppression]));
  return addressed.map((_, place) => found.get(place) ?? null);
}

/**
 * Finds what a report that arrived in a mailbox is about, and writes down the failures in it.
 *
 * Anybody can write a report. It counts only when it names a message this mailbox has sent (by the Message-ID, which
 * those who got the message know) and one of its recipients; who knows both could have refused the message as well.
 */
export async function attributeReport(
  tx: Tx,
  { mailboxId, report, now }: { mailboxId: string; report: ReceivedReport; now: Date },
): Promise<number> {
  if (!report.messageId) return 0;
  const sent = await tx
    .selectFrom('mail.queue_message as m')
    .innerJoin('mail.queue_recipient as r', 'r.message_id', 'm.id')
    .select(['r.id', 'r.address', 'r.state', 'm.workspace_id'])
    .where('m.mailbox_id', '=', mailboxId)
    .where('m.message_id', '=', report.messageId)
    .execute();
  let attributed = 0;
  for (const failed of report.recipients) {
    if (failed.action !== 'failed') continue;
    const names = [failed.originalRecipient, failed.finalRecipient].flatMap((name) => normalized(name) ?? []);
    // A message to one recipient can only have failed for that one, whatever its host calls it in the end.
    const about =
      sent.find(({ address }) => names.includes(normalized(address) ?? '')) ??
      (sent.length === 1 ? sent[0] : undefined);
    // What is still in the queue, or came back from it, has its own history.
    if (about?.state !== 'delivered' || !about.workspace_id) continue;
    const status = failed.status || '5.0.0';
    const reportedBy = failed.remoteMta ?? report.reportingMta;
    const words = failed.diagnostic || 'Reported as undeliverable';
    about.state = 'bounced';
    attributed += 1;
    await tx
      .updateTable('mail.queue_recipient')
      .set({
        state: 'bounced',
        reason: `Reported by ${reportedBy ?? 'the mail host'}: ${words}`.slice(0, 1000),
        changed_at: now,
      })
      .where('id', '=', about.id)
      .where('state', '=', 'delivered')
      .execute();
    await recordBounce(
      tx,
      {
        workspaceId: about.workspace_id,
        mailboxId,
        recipientId: about.id,
        address: about.address,
        origin: 'report',
        status,
        reason: words,
        reportedBy,
      },
      now,
    );
  }
  return attributed;
}

const normalized = (address: string | null): string | null => (address ? normalizeAddress(address) : null);
