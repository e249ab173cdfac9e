// Mailboxes that are open and paid for, made without the minutes that buying one takes: on an active domain, known to
// the mailbox host, charged like bought ones.
import { inTransaction } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { addMonths, captureCharges, lockFunds, reserveCharges } from '../features/billing/index.ts';
import { insertDomains } from '../features/domains/index.ts';
import { insertMailboxes, mailboxLine } from '../features/mailboxes/index.ts';
import { currentPrices } from '../features/price-book/index.ts';
import { mailboxPrices } from '../features/subscriptions/index.ts';
import type { Installation } from '../roles/installation.ts';
import { contact, freshName } from './order-body.ts';
import type { Team } from './second-team.ts';

export type OpenMailboxes = { domain: { uid: string; name: string }; uids: string[] };

export const openMailboxes = async (
  installation: Installation,
  { teamUid, workspaceUid }: Pick<Team, 'teamUid' | 'workspaceUid'>,
  count: number,
  options: { useWalletBalance?: boolean; secrets?: { password: string; appPassword: string } } = {},
): Promise<OpenMailboxes> => {
  const { context } = installation;
  const { db, clock, secrets, providers } = context;
  const now = clock.now();
  const name = freshName();
  const scope = { teamUid, workspaceUid };
  const host = providers.mailboxHost('SMTP');
  await host.setUpDomain({ name, workspaceId: workspaceUid });
  const made = await inTransaction(db, async (tx) => {
    await lockFunds(tx, teamUid);
    const wish = {
      name,
      years: 1,
      contact,
      priceMicros: 0,
      dmarcEmail: null,
      catchAllEmail: null,
      forwardingUrl: null,
    };
    const [domain] = await insertDomains(tx, scope, [wish], now);
    await tx
      .updateTable('domain')
      .set({ status: 'active', registration_id: newId(), renewal_date: addMonths(now, 12) })
      .where('uid', '=', domain!.uid)
      .execute();
    const wishes = Array.from({ length: count }, (_, index) => ({
      username: `mara${index}`,
      domainName: name,
      firstName: 'Mara',
      lastName: 'Voss',
      platform: 'SMTP' as const,
      profilePicture: null,
      months: 1,
    }));
    const deps = { secrets, maxPerDomain: 1000 };
    const boxes = await insertMailboxes(tx, deps, scope, [domain!], wishes, now);
    const book = await currentPrices(tx);
    const platforms = boxes.map(({ platform }) => platform);
    const prices = await mailboxPrices(tx, teamUid, platforms, {
      useWalletBalance: options.useWalletBalance ?? true,
      book,
    });
    await reserveCharges(tx, {
      ...scope,
      reference: { type: 'mailbox', uid: boxes[0]!.uid },
      description: 'for a test',
      lines: boxes.map((box, index) => mailboxLine(box, prices[index]!)),
      keyUid: null,
      priceVersion: book.version,
      now,
    });
    for (const { uid } of boxes) await captureCharges(tx, { type: 'mailbox', uid }, now);
    const renewalDate = addMonths(now, 1);
    await tx
      .updateTable('mailbox')
      .set({
        status: 'active',
        renewal_date: renewalDate,
        prepaid_until: renewalDate,
        term_anchor: now,
        term_months: 1,
        due_at: now,
      })
      .where('domain_uid', '=', domain!.uid)
      .execute();
    return { domain: domain!, boxes };
  });
  for (const { uid, address } of made.boxes) {
    await host.createMailbox({
      id: uid,
      workspaceId: workspaceUid,
      address,
      displayName: 'Mara Voss',
      platform: 'SMTP',
      password: options.secrets?.password ?? 'correct-horse-Battery-9',
      appPassword: options.secrets?.appPassword ?? 'qwjxkdbnvhpslfty',
      idempotencyKey: uid,
    });
  }
  return { domain: made.domain, uids: made.boxes.map(({ uid }) => uid) };
};
