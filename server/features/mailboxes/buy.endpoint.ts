// POST /mailboxes/buy: mailboxes on domains the workspace has; the rest happens in the workflow `mailboxes.buy`.
import { z } from 'zod';
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
import { domainsByNameLock, priceLine } from '../domains/index.ts';
import { buy, buyId } from './buy.workflow.ts';
import {
  duplicateMailbox,
  invalidUsername,
  mailboxExists,
  mixedPlatforms,
  noDomainsFound,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { checkPlaces, checkWishes, insertMailboxes, type MailboxWish, mailboxLine } from './purchase.ts';
import { mailboxRow, mailboxShape, personName, platform } from './schema.ts';

/** The most mailboxes one request may name. */
export const MAX_MAILBOXES = 500;

const item = z.strictObject({
  first_name: personName,
  last_name: personName,
  username: z.string().trim().toLowerCase().min(1),
  domain_name: z.string().trim().toLowerCase().min(1).max(253),
  platform,
  profile_picture: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).optional(),
});

export const buyMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.buy',
  summary: 'Buy mailboxes',
  description:
    'Buys all of the named mailboxes or none. Included seats are used first; `use_wallet_balance: true` pays every ' +
    'mailbox from the wallet and keeps the seats free. The price is set aside at once and charged just before a ' +
    'mailbox is made; one that fails for good is credited back by itself. With `dry_run: true` it only answers the ' +
    'price, line by line.',
  method: 'POST',
  path: '/mailboxes/buy',
  scope: 'workspace',
  rateLimit: 'bulk',
  body: z.strictObject({
    mailboxes: z.array(item).min(1).max(MAX_MAILBOXES),
    use_wallet_balance: z.boolean().default(false),
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    dry_run: z.boolean(),
    total_cost: z.number(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
    mailboxes: z.array(mailboxShape),
  }),
  errors: [
    insufficientFunds,
    mailboxExists,
    duplicateMailbox,
    noDomainsFound,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    invalidUsername,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const maxPerDomain = context.settings.maxMailboxesPerDomain;
    const wishes = body.mailboxes.map(
      (wish): MailboxWish => ({
        username: wish.username,
        domainName: wish.domain_name,
        firstName: wish.first_name,
        lastName: wish.last_name,
        platform: wish.platform,
        profilePicture: wish.profile_picture || null,
      }),
    );
    checkWishes(wishes);

    return commit(async (tx) => {
      const now = context.clock.now();
      await lockFunds(tx, scope.teamUid);
      const names = [...new Set(wishes.map(({ domainName }) => domainName))];
      const places = await domainsByNameLock(tx, workspace.uid, names);
      const missing = names.filter((name) => !places.some((place) => place.name === name));
      if (missing.length > 0) {
        throw noDomainsFound(`No domains found: ${missing.join(', ')}`, { domains: missing });
      }
      const prices = await mailboxPrices(tx, scope.teamUid, wishes.length, {
        useWalletBalance: body.use_wallet_balance,
      });
      if (body.dry_run) {
        await checkPlaces(tx, places, wishes, maxPerDomain);
        const lines = wishes.map((wish, index) =>
          mailboxLine({ uid: '', address: `${wish.username}@${wish.domainName}` }, prices[index]!),
        );
        const wallet = await walletMicros(tx, scope.teamUid);
        assertAffordable(wallet, totalOf(lines));
        return {
          message: 'Nothing was bought: this is what it would cost',
          ...bill(lines, wallet, true),
          mailboxes: [],
        };
      }

      const mailboxes = await insertMailboxes(
        tx,
        { secrets: context.secrets, maxPerDomain },
        scope,
        places,
        wishes,
        now,
      );
      const lines = mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!));
      await reserveCharges(tx, {
        ...scope,
        reference: { type: 'mailbox', uid: mailboxes[0]!.uid },
        description: `${mailboxes.length} mailbox${mailboxes.length === 1 ? '' : 'es'} on ${names.join(', ')}`,
        lines,
        now,
      });
      for (const { uid } of mailboxes)
        await context.workflows.start(tx, buy, buyId(uid), { mailboxUid: uid });
      return {
        message: 'Mailbox scheduled to be assigned to domains successfully',
        ...bill(lines, await walletMicros(tx, scope.teamUid), false),
        mailboxes: mailboxes.map(mailboxRow),
      };
    });
  },
});

const bill = (
  lines: { description: string; amountMicros: number }[],
  walletAfterMicros: number,
  dryRun: boolean,
) => ({
  dry_run: dryRun,
  total_cost: microsToCredits(totalOf(lines)),
  lines: lines.map(({ description, amountMicros }) => ({
    description,
    credits: microsToCredits(amountMicros),
  })),
  credits_remaining: microsToCredits(walletAfterMicros),
});
