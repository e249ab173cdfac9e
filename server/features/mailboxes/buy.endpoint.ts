// POST /mailboxes/buy: mailboxes on domains the workspace has; the rest happens in the workflow `mailboxes.buy`.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { bill, insufficientFunds, spendCapExceeded, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { priceLine } from '../domains/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { buy, buyId } from './buy.workflow.ts';
import {
  duplicateMailbox,
  invalidUsername,
  mailboxExists,
  mixedPlatforms,
  noDomainsFound,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import {
  checkWishes,
  type MailboxPurchase,
  type MailboxWish,
  purchaseMailboxes,
  quoteMailboxes,
} from './purchase.ts';
import { mailboxRow, mailboxShape, personName, pictureUrl, platform } from './schema.ts';

/** The most mailboxes one request may name. */
export const MAX_MAILBOXES = 500;

const item = z.strictObject({
  first_name: personName,
  last_name: personName,
  username: z.string().trim().toLowerCase().min(1),
  domain_name: z.string().trim().toLowerCase().min(1).max(253),
  platform,
  profile_picture: pictureUrl,
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
    spendCapExceeded,
    mailboxExists,
    duplicateMailbox,
    noDomainsFound,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    invalidUsername,
  ],
  async handle({ body, caller, workspace, commit }, { db, clock, secrets, settings, workflows }) {
    const purchase: MailboxPurchase = {
      scope: { teamUid: caller.teamId, workspaceUid: workspace.uid },
      wishes: body.mailboxes.map(wishOf),
      useWalletBalance: body.use_wallet_balance,
      book: await currentPrices(db),
      keyUid: caller.keyId,
    };
    checkWishes(purchase.wishes);
    const maxPerDomain = settings.maxMailboxesPerDomain;

    return commit(async (tx) => {
      if (body.dry_run) {
        const lines = await quoteMailboxes(tx, purchase, maxPerDomain, clock.now());
        return {
          message: 'Nothing was bought: this is what it would cost',
          ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: true }),
          mailboxes: [],
        };
      }
      const deps = { secrets, maxPerDomain };
      const { mailboxes, lines } = await purchaseMailboxes(tx, deps, purchase, clock.now());
      for (const { uid } of mailboxes) await workflows.start(tx, buy, buyId(uid), { mailboxUid: uid });
      return {
        message: 'Mailbox scheduled to be assigned to domains successfully',
        ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: false }),
        mailboxes: mailboxes.map(mailboxRow),
      };
    });
  },
});

const wishOf = (sent: z.infer<typeof item>): MailboxWish => ({
  username: sent.username,
  domainName: sent.domain_name,
  firstName: sent.first_name,
  lastName: sent.last_name,
  platform: sent.platform,
  profilePicture: sent.profile_picture ?? null,
});
