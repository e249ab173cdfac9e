// POST /mailboxes/cancel: ends mailboxes with their term, or now.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { lockFunds } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { eachAnswer, eachMailbox, uids } from './each.ts';
import { endNow, endWithTerm } from './ending.ts';
import { startErasing } from './erase.workflow.ts';
import { domainTeardownUnconfirmed, mailboxBusy, mailboxHasEnded, mailboxNotFound } from './errors.ts';
import { isBeingMade, isGone, type Mailbox } from './mailbox.ts';
import { paysAgain } from './reactivation.ts';
import { liveMailboxesOf, mailboxesOfUids } from './store.ts';

export const cancelMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.cancel',
  summary: 'Cancel mailboxes',
  description:
    'Ends the mailboxes with the time that is paid: until then they work, and `mailboxes/uncancel` takes it back. With ' +
    '`when: "now"` they end at once, as does one whose time is over. Nothing is paid back. An ended mailbox is ' +
    '`cancelled`; its mail is kept, and `mailboxes/reactivate` brings it back, until it is deleted some weeks later; ' +
    '`erase_mail: true` deletes it at once and gives the address free. Each mailbox is done or refused for itself.',
  method: 'POST',
  path: '/mailboxes/cancel',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  body: z.strictObject({
    uids,
    when: z.enum(['term_end', 'now']).default('term_end'),
    erase_mail: z
      .boolean()
      .default(false)
      .meta({ description: 'With `when: "now"`: no way back. Also for mailboxes that have ended already' }),
    confirm_domain_teardown: z.boolean().default(false).meta({
      description:
        "Needed to cancel a domain's first mailbox (`is_admin`) while others remain on it: these are cancelled with it",
    }),
  }),
  response: z.object(eachAnswer),
  errors: [mailboxNotFound, mailboxBusy, mailboxHasEnded, domainTeardownUnconfirmed],
  handle: ({ body, caller, workspace, commit }, context) =>
    commit(async (tx) => {
      const now = context.clock.now();
      await lockFunds(tx, caller.teamId);
      const immediately = body.when === 'now' || body.erase_mail;
      const wanted = await withDomains(tx, workspace.uid, body.uids, body.confirm_domain_teardown);
      const { results } = await eachMailbox(tx, workspace.uid, wanted, async (mailbox) => {
        await assertMayEnd(tx, mailbox, wanted, body.erase_mail);
        if (!immediately && !paysAgain(mailbox, now)) {
          const endsAt =
            mailbox.cancellationStatus === 'pending'
              ? mailbox.renewalDate
              : await endWithTerm(tx, mailbox, now);
          const works = mailbox.status === 'active';
          return { status: works ? 'scheduled_for_cancellation' : mailbox.status, endsAt };
        }
        if (!isGone(mailbox.status)) await endNow(tx, context, mailbox, null, now);
        if (body.erase_mail) await startErasing(tx, context, { ...mailbox, runs: mailbox.runs + 1 }, now);
        return { status: 'cancelled', endsAt: now };
      });
      return { message: 'Mailbox scheduled for cancellation', results };
    }),
});

/** With the other mailboxes of a domain that is confirmed to end with its admin. */
const withDomains = async (
  tx: Tx,
  workspaceUid: string,
  wanted: readonly string[],
  confirmed: boolean,
): Promise<string[]> => {
  if (!confirmed) return [...wanted];
  const all = new Set(wanted);
  for (const mailbox of (await mailboxesOfUids(tx, [...wanted])).values()) {
    if (!mailbox.isAdmin || mailbox.workspaceUid !== workspaceUid) continue;
    for (const { uid } of await liveMailboxesOf(tx, mailbox.domainUid)) all.add(uid);
  }
  return [...all];
};

const assertMayEnd = async (
  tx: Tx,
  mailbox: Mailbox,
  wanted: readonly string[],
  eraseMail: boolean,
): Promise<void> => {
  const { address, status } = mailbox;
  if (isBeingMade(status)) throw mailboxBusy(`${address} is still being made`);
  if (mailbox.reactivationStatus === 'pending') throw mailboxBusy(`${address} is being reactivated`);
  if (mailbox.erasingSince) throw mailboxBusy(`${address} is being deleted already`);
  if (status === 'failed' || status === 'deleted' || (isGone(status) && !eraseMail)) {
    throw mailboxHasEnded(`${address} is ${status} already`);
  }
  if (!mailbox.isAdmin || isGone(status)) return;
  const remaining = (await liveMailboxesOf(tx, mailbox.domainUid)).filter(
    ({ uid, cancellationStatus }) => !wanted.includes(uid) && cancellationStatus !== 'pending',
  );
  if (remaining.length > 0) {
    throw domainTeardownUnconfirmed(
      `${address} is the first mailbox of ${mailbox.domainName}, and ${remaining.length} other(s) remain: send confirm_domain_teardown: true to cancel all of them`,
      { domain: mailbox.domainName, remaining: remaining.map((other) => other.address) },
    );
  }
};
