// POST /warmup/resume: mailboxes that are paused, or wait for it, go on to warm up.
import { z } from 'zod';
import { withoutEffect } from '../../../database/database.ts';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { bill, billShape, insufficientFunds, spendCapExceeded, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { eachAnswer, eachWarmup } from './each.ts';
import { warmupCancelled, warmupMailboxEnded, warmupNotFound } from './errors.ts';
import { begin, hasEnded } from './move.ts';
import { mailboxUids } from './schema.ts';

export const resumeWarmups = defineEndpoint<FeatureContext>()({
  operation: 'warmup.resume',
  summary: 'Resume warm-up',
  description:
    'They go on where they were on the curve. Time that is paid is used up first; where it is over, the month is paid now, ' +
    'for all of them or none. With `dry_run: true` it only answers what that costs. Resuming again changes nothing.',
  method: 'POST',
  path: '/warmup/resume',
  scope: 'workspace',
  right: 'purchase',
  keepsToDomains: ['mailbox_uids'],
  body: z.strictObject({ mailbox_uids: mailboxUids, dry_run: z.boolean().default(false) }),
  response: z.object({ ...billShape, ...eachAnswer }),
  errors: [warmupNotFound, warmupCancelled, warmupMailboxEnded, insufficientFunds, spendCapExceeded],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const dryRun = body.dry_run;
      await holdWorkspace(tx, workspace.uid);
      const book = await currentPrices(tx);
      const team = { teamUid: caller.teamId, workspaceUid: workspace.uid };
      const lines: Awaited<ReturnType<typeof begin>> = [];
      const resume = () =>
        eachWarmup(tx, team, body.mailbox_uids, async (subscription, mailbox) => {
          if (subscription.status === 'cancelled') {
            throw warmupCancelled(`The warm-up of ${mailbox.address} was cancelled`);
          }
          if (hasEnded(mailbox)) {
            throw warmupMailboxEnded(`${mailbox.address} is ${mailbox.status}, so it cannot be warmed up`);
          }
          if (subscription.status === 'active') return 'resumed';
          lines.push(...(await begin(tx, subscription, mailbox, { book, keyUid: caller.keyId }, now)));
          return 'resumed';
        });
      const before = await walletMicros(tx, caller.teamId);
      const results = dryRun ? await withoutEffect(tx, resume) : await resume();
      const after = dryRun ? before : await walletMicros(tx, caller.teamId);
      return {
        message: dryRun
          ? `Nothing was resumed: it would cost ${microsToCredits(lines.reduce((sum, { amountMicros }) => sum + amountMicros, 0))} credits`
          : processed(results, 'resumed'),
        ...bill(lines, after, { dryRun }),
        results,
      };
    }),
});
