// What the parts of a finished order were when it ended. A domain that is given up years later does not make a
// failure of the order that bought it.
import type { Db } from '../../../database/database.ts';
import type { Domain, DomainStatus } from '../domains/index.ts';
import { statusesWhenEnded } from '../events/index.ts';
import type { Mailbox, MailboxStatus } from '../mailboxes/index.ts';
import type { Order, OrderDomain } from './order.ts';

export type Parts = { domains: Map<string, Domain>; mailboxes: Map<string, Mailbox> };

/** The parts as they are, but those of finished orders with the status they had then. */
export const partsAtEnd = async (
  db: Db,
  orders: readonly Order[],
  lines: ReadonlyMap<string, OrderDomain[]>,
  { domains, mailboxes }: Parts,
): Promise<Parts> => {
  // Most parts never move again, and only those that did are asked about.
  const moved = orders.flatMap(({ uid: orderUid, finishedAt }) => {
    if (!finishedAt) return [];
    const parts = (lines.get(orderUid) ?? []).flatMap(({ domainUid, mailboxUids }) => [
      domains.get(domainUid)!,
      ...mailboxUids.map((uid) => mailboxes.get(uid)!),
    ]);
    return parts.filter(({ statusSince }) => statusSince > finishedAt).map(({ uid }) => ({ uid, orderUid }));
  });
  if (moved.length === 0) return { domains, mailboxes };
  const then = await statusesWhenEnded(
    db,
    moved.map(({ uid, orderUid }) => ({ uid, endedWith: orderUid })),
  );
  const asThen = <Status extends string, Part extends Domain | Mailbox>(parts: Map<string, Part>) =>
    new Map(
      [...parts].map(([uid, part]) => {
        const told = then.get(uid);
        if (!told) return [uid, part];
        const { status, reason, since } = told;
        return [uid, { ...part, status: status as Status, statusReason: reason, statusSince: since }];
      }),
    );
  return {
    domains: asThen<DomainStatus, Domain>(domains),
    mailboxes: asThen<MailboxStatus, Mailbox>(mailboxes),
  };
};
