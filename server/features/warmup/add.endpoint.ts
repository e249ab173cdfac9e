// POST /warmup/add: mailboxes of the workspace begin to warm up.
import { z } from 'zod';
import { inTransaction } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxNotFound } from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import { type Added, addWarmups, priceWarmups, refusals } from './add.ts';
import { warmupMailboxEnded, warmupSettingsInvalid } from './errors.ts';
import { subscriptionRows, subscriptionShape } from './schema.ts';
import { addFields, wishOf } from './seller.ts';
import { subscriptionsByUid } from './store.ts';

export const addToWarmup = defineEndpoint<FeatureContext>()({
  operation: 'warmup.add',
  summary: 'Warm mailboxes up',
  description:
    'Each mailbox is warmed up once, however often it is asked for: one that is already is `skipped`, and nothing is paid ' +
    'again. The month is set aside at once and charged when it begins, which is when the mailbox is active; it is renewed ' +
    'by the month until it is paused or cancelled. Mailboxes that cannot be warmed up are in `errors`. With ' +
    '`wait_for_funds: true` a wallet that is too low does not refuse it: it waits, and begins by itself when credits arrive. ' +
    'With `dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/warmup/add',
  scope: 'workspace',
  right: 'purchase',
  keepsToDomains: ['mailbox_uids'],
  body: z.strictObject({
    ...addFields,
    wait_for_funds: waitForFundsField,
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    subscriptions: z.array(subscriptionShape).meta({ description: 'Those that were added' }),
    errors: z.array(
      z
        .object({ mailbox_uid: z.string(), code: z.string(), error: z.string() })
        .meta({ id: 'WarmupNotAdded' }),
    ),
    skipped: z.int().meta({ description: 'How many are warmed up already' }),
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was added yet' }),
  }),
  errors: [mailboxNotFound, warmupMailboxEnded, warmupSettingsInvalid, insufficientFunds, spendCapExceeded],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const { dry_run, wait_for_funds: waits, ...asked } = body;
    const wish = wishOf(asked);
    const book = await currentPrices(db);
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const price = () => inTransaction(db, (tx) => priceWarmups(tx, { ...buyer, book }, wish, clock.now()));
    if (dry_run) {
      const { lines, skipped, refused } = await price();
      await assertPayable(db, { ...buyer, type: 'warmup', lines, now: clock.now() }, { waits });
      return {
        message: 'Nothing was added: this is what it would cost',
        ...bill(lines, await walletMicros(db, caller.teamId), { dryRun: true }),
        subscriptions: [],
        errors: refusals(refused),
        skipped: skipped.length,
        waits: null,
      };
    }
    const priced = waits ? (await price()).lines : [];
    return commit(async (tx) => {
      const now = clock.now();
      let added: Added | undefined;
      const sale = {
        async buy() {
          added = await addWarmups(tx, { ...buyer, book }, wish, now);
          return { lines: added.lines, bought: {} };
        },
      };
      const purchase = { buyer, kind: 'add_warmup', body: asked, book, sale, priced, waits };
      const bought = await buyOrWait(tx, context, purchase, now);
      const uids = bought.waits ? [] : (added?.subscriptionUids ?? []);
      const rows = await subscriptionsByUid(tx, uids);
      return {
        message: bought.waits
          ? 'The mailboxes warm up when credits arrive'
          : `Created ${uids.length} warmup subscription(s)`,
        ...bill(bought.lines, await walletMicros(tx, caller.teamId), { dryRun: false }),
        subscriptions: await subscriptionRows(
          tx,
          uids.map((uid) => rows.get(uid)!),
          now,
        ),
        errors: refusals(added?.refused ?? []),
        skipped: added?.skipped.length ?? 0,
        waits: bought.waits,
      };
    });
  },
});
