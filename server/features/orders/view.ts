// An order as the API shows it: every domain and mailbox with its stage, its time in stage, and why it stopped.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { consentRequestsByUids } from '../consent-requests/index.ts';
import { type Domain, type DomainStatus, domainsOfUids } from '../domains/index.ts';
import { type Mailbox, mailboxesOfUids } from '../mailboxes/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { type ConsentView, consentShape, consentViews, isUnderway } from './consents.ts';
import { domainProgress, type Order, type OrderDomain, orderResult, stageSince } from './order.ts';
import { partsAtEnd } from './parts-at-end.ts';

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
    status: z.enum(['waiting_for_funds', 'queued', 'processing', 'done', 'error']),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'With `error` or `waiting_for_funds`: why, in words. Otherwise null' }),
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
        domain_status: z.string().meta({
          description:
            'Status of the domain itself now, as in domains/list; the rest stays as the order ended',
        }),
        error: z.string().optional(),
        mailboxes: z.array(
          z.object({
            uid: z.uuid(),
            email: z.string(),
            platform: z.string(),
            ...stage,
            consent: consentShape.nullable().meta({
              description: 'What came of `consent_screen_url`; null without one',
            }),
          }),
        ),
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
  const requests = await consentRequestsByUids(
    db,
    all.flatMap(({ consents }) => [...consents.values()].flatMap(({ requestUid }) => requestUid ?? [])),
  );
  const parts = await partsAtEnd(db, orders, lines, { domains, mailboxes });
  return orders.map((order) => {
    const lineViews = (lines.get(order.uid) ?? []).map((line) => {
      const domain = parts.domains.get(line.domainUid)!;
      const boxes = line.mailboxUids.map((uid) => parts.mailboxes.get(uid)!);
      const consents = consentViews(line, order, requests);
      return lineView(order, domain, domains.get(line.domainUid)!.status, boxes, consents, now);
    });
    return {
      order_id: order.uid,
      id: order.uid,
      status: order.status,
      reason:
        order.status === 'error'
          ? reasonOf(lineViews)
          : order.status === 'waiting_for_funds'
            ? `it goes on when the wallet holds ${microsToCredits(order.totalMicros)} credits and it is its turn`
            : null,
      workspace: order.workspaceUid,
      total_cost: microsToCredits(order.totalMicros),
      created_at: order.createdAt.toISOString(),
      updated_at: order.updatedAt.toISOString(),
      finished_at: order.finishedAt?.toISOString() ?? null,
      domains: lineViews,
    };
  });
};

const lineView = (
  order: Order,
  domain: Domain,
  domainStatus: DomainStatus,
  mailboxes: Mailbox[],
  consents: ReadonlyMap<string, ConsentView>,
  now: Date,
) => {
  const underway =
    !order.finishedAt &&
    mailboxes.some(({ uid, status }) => status === 'active' && isUnderway(consents.get(uid)));
  const status = domainProgress(order.status, domain, mailboxes, underway ? 'underway' : 'over');
  const failedBox = mailboxes.find((box) => box.status === 'failed');
  const reason =
    domain.statusReason ??
    (status === 'error' ? `the domain is ${domain.status}` : null) ??
    (failedBox ? `${failedBox.address}: ${failedBox.statusReason}` : null);
  return {
    uid: domain.uid,
    name: domain.name,
    domain: domain.name,
    status,
    ...stageOf(stageSince(status, domain, mailboxes), reason, now),
    domain_status: domainStatus,
    ...(status === 'error' && { error: reason! }),
    mailboxes: mailboxes.map((mailbox) => ({
      uid: mailbox.uid,
      email: mailbox.address,
      platform: mailbox.platform,
      status: mailbox.status,
      ...stageOf(mailbox.statusSince, mailbox.statusReason, now),
      consent: consents.get(mailbox.uid) ?? null,
    })),
  };
};

/** Why an order ended with errors: the first of its domains that did not come out right. */
const reasonOf = (domains: readonly { name: string; status: string; reason: string | null }[]): string => {
  const wrong = domains.find(({ status }) => status !== 'completed');
  if (wrong) return `${wrong.name}: ${wrong.reason ?? wrong.status}`;
  return 'everything that was ordered is there, but the order itself could not be brought to its end';
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
