// POST /orders: domains and their mailboxes in one call.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertAffordable,
  insufficientFunds,
  lockFunds,
  mailboxPrices,
  microsToCredits,
  reserveCharges,
  totalOf,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import {
  domainAlreadyOwned,
  domainLine,
  domainNotAvailable,
  duplicateDomain,
  insertDomains,
  internationalizedName,
  invalidDomainName,
  priceDomains,
  priceLine,
} from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import {
  duplicateMailbox,
  insertMailboxes,
  invalidUsername,
  mailboxExists,
  mailboxLine,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from '../mailboxes/index.ts';
import { consentNotAvailable, emailNotOnDomain, orderTooLarge, sequencerNotFound } from './errors.ts';
import type { Order } from './order.ts';
import { place, placeId } from './place.workflow.ts';
import { orderBody } from './schema.ts';
import { orderInsert, orderLines } from './store.ts';
import { orderShape, orderViews } from './view.ts';
import { orderWishes } from './wishes.ts';

export const placeOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.place',
  summary: 'Place order',
  description:
    'Registers domains and makes mailboxes on them. The whole price is set aside at once, or nothing happens; each ' +
    'thing is charged just before it is bought, and what fails for good is credited back by itself. Follow the order ' +
    'with `GET /orders/{order_id}`. With `dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/orders',
  scope: 'workspace',
  status: 201,
  body: orderBody,
  response: z.object({
    ...orderShape.partial({ order_id: true, id: true }).shape,
    status: z.enum(['queued', 'processing', 'done', 'error', 'dry_run']),
    dry_run: z.boolean(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
  }),
  errors: [
    insufficientFunds,
    domainNotAvailable,
    domainAlreadyOwned,
    duplicateDomain,
    internationalizedName,
    invalidDomainName,
    duplicateMailbox,
    mailboxExists,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    invalidUsername,
    orderTooLarge,
    emailNotOnDomain,
    sequencerNotFound,
    consentNotAvailable,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock, secrets, workflows, settings } = context;
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const wishes = orderWishes(body);
    const priced = await priceDomains(context, scope, wishes.domains);

    if (body.dry_run) {
      const prices = await mailboxPrices(db, scope.teamUid, wishes.mailboxes.length, {
        useWalletBalance: false,
      });
      const lines = [
        ...priced.map((wish) => domainLine({ uid: '', ...wish })),
        ...wishes.mailboxes.map((wish, index) =>
          mailboxLine({ uid: '', address: `${wish.username}@${wish.domainName}` }, prices[index]!),
        ),
      ];
      const wallet = await walletMicros(db, scope.teamUid);
      assertAffordable(wallet, totalOf(lines));
      const now = clock.now().toISOString();
      return {
        message: 'Nothing was bought: this is what it would cost',
        status: 'dry_run' as const,
        workspace: workspace.uid,
        created_at: now,
        updated_at: now,
        finished_at: null,
        domains: [],
        ...bill(lines, wallet, true),
      };
    }

    return commit(async (tx) => {
      const now = clock.now();
      await lockFunds(tx, scope.teamUid);
      const domains = await insertDomains(tx, scope, priced, now);
      const rules = { secrets, maxPerDomain: settings.maxMailboxesPerDomain };
      const mailboxes = await insertMailboxes(tx, rules, scope, domains, wishes.mailboxes, now);
      const prices = await mailboxPrices(tx, scope.teamUid, mailboxes.length, { useWalletBalance: false });
      const lines = [
        ...domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
        ...mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
      ];
      const order: Order = {
        uid: newId(),
        ...scope,
        status: 'queued',
        totalMicros: totalOf(lines),
        createdAt: now,
        updatedAt: now,
        finishedAt: null,
      };
      await reserveCharges(tx, {
        ...scope,
        reference: { type: 'order', uid: order.uid },
        description: `Order of ${count(domains.length, 'domain')} and ${count(mailboxes.length, 'mailbox', 'es')}`,
        lines,
        now,
      });
      const byDomain = Map.groupBy(mailboxes, ({ domainUid }) => domainUid);
      await orderInsert(
        tx,
        order,
        domains.map(({ uid, name }) => ({
          domainUid: uid,
          name,
          mailboxUids: (byDomain.get(uid) ?? []).map((mailbox) => mailbox.uid),
        })),
      );
      await recordEvents(tx, [
        {
          ...scope,
          type: 'order.status_changed',
          subjectType: 'order',
          subjectUid: order.uid,
          data: { status: 'queued', previous_status: null },
          occurredAt: now,
        },
      ]);
      await workflows.start(tx, place, placeId(order.uid), { orderUid: order.uid });
      const [view] = await orderViews(tx, [order], await orderLines(tx, [order.uid]), now);
      return {
        message: 'Order placed successfully',
        ...view!,
        ...bill(lines, await walletMicros(tx, scope.teamUid), false),
      };
    });
  },
});

const count = (n: number, noun: string, plural = 's'): string => `${n} ${noun}${n === 1 ? '' : plural}`;

const bill = (
  lines: { description: string; amountMicros: number }[],
  walletMicrosAfter: number,
  dryRun: boolean,
) => ({
  dry_run: dryRun,
  total_cost: microsToCredits(totalOf(lines)),
  lines: lines.map(({ description, amountMicros }) => ({
    description,
    credits: microsToCredits(amountMicros),
  })),
  credits_remaining: microsToCredits(walletMicrosAfter),
});
