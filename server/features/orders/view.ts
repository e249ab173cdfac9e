// An order as the API shows it: every domain and mailbox with its stage, its time in stage, and why it stopped.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { microsToCredits } from '../billing/index.ts';
import { type Domain, domainsOfUids } from '../domains/index.ts';
import { type Mailbox, mailboxesOfUids } from '../mailboxes/index.ts';
import { domainProgress, type Order, type OrderDomain, orderResult } from './order.ts';

const stage = {
  status: z.string(),
  since: z.iso.datetime(),
  seconds_in_stage: z.number(),
  reason: z.string().nullable().meta({ description: 'Why it stopped, or null' }),
};

export const orderShape = z
  .object({
    order_id: z.uuid(),
    id: z.uuid(),
    status: z.enum(['queued', 'processing', 'done', 'error']),
    workspace: z.uuid(),
    total_cost: z.number(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    domains: z.array(
      z.object({
        uid: z.uuid(),
        name: z.string(),
        domain: z.string(),
        ...stage,
        domain_status: z.string().meta({ description: 'Status of the domain itself, as in domains/list' }),
        error: z.string().optional(),
        mailboxes: z.array(z.object({ uid: z.uuid(), email: z.string(), platform: z.string(), ...stage })),
      }),
    ),
  })
  .meta({ id: 'Order' });

export type OrderView = z.infer<typeof orderShape>;

export const orderViews = async (
  db: Db,
  orders: Order[],
  lines: Map<string, OrderDomain[]>,
  now: Date,
): Promise<OrderView[]> => {
  const all = [...lines.values()].flat();
  const domains = await domainsOfUids(
    db,
    all.map(({ domainUid }) => domainUid),
  );
  const mailboxes = await mailboxesOfUids(
    db,
    all.flatMap(({ mailboxUids }) => mailboxUids),
  );
  return orders.map((order) => ({
    order_id: order.uid,
    id: order.uid,
    status: order.status,
    workspace: order.workspaceUid,
    total_cost: microsToCredits(order.totalMicros),
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
    finished_at: order.finishedAt?.toISOString() ?? null,
    domains: (lines.get(order.uid) ?? []).map((line) =>
      lineView(
        order,
        domains.get(line.domainUid)!,
        line.mailboxUids.map((uid) => mailboxes.get(uid)!),
        now,
      ),
    ),
  }));
};

const lineView = (order: Order, domain: Domain, mailboxes: Mailbox[], now: Date) => {
  const status = domainProgress(order.status, domain, mailboxes);
  // The domain's own clock stops when it is active; from then on its mailboxes are the stage it is in.
  const since =
    domain.status === 'active'
      ? new Date(Math.max(domain.statusSince.getTime(), ...mailboxes.map((box) => box.statusSince.getTime())))
      : domain.statusSince;
  const failedBox = mailboxes.find((box) => box.status === 'failed');
  const reason =
    domain.statusReason ?? (failedBox ? `${failedBox.address}: ${failedBox.statusReason}` : null);
  return {
    uid: domain.uid,
    name: domain.name,
    domain: domain.name,
    status,
    ...stageOf(since, reason, now),
    domain_status: domain.status,
    ...(status === 'error' && { error: reason ?? `the domain is ${domain.status}` }),
    mailboxes: mailboxes.map((mailbox) => ({
      uid: mailbox.uid,
      email: mailbox.address,
      platform: mailbox.platform,
      status: mailbox.status,
      ...stageOf(mailbox.statusSince, mailbox.statusReason, now),
    })),
  };
};

const stageOf = (since: Date, reason: string | null, now: Date) => ({
  since: since.toISOString(),
  seconds_in_stage: Math.max(0, (now.getTime() - since.getTime()) / 1000),
  reason,
});

/** How an order ended, from what became of its parts. */
export const resultOf = async (db: Db, order: Order, lines: OrderDomain[]): Promise<'done' | 'error'> => {
  const domains = await domainsOfUids(
    db,
    lines.map(({ domainUid }) => domainUid),
  );
  const mailboxes = await mailboxesOfUids(
    db,
    lines.flatMap(({ mailboxUids }) => mailboxUids),
  );
  return orderResult(
    lines.map((line) =>
      domainProgress(
        order.status,
        domains.get(line.domainUid)!,
        line.mailboxUids.map((uid) => mailboxes.get(uid)!),
      ),
    ),
  );
};
