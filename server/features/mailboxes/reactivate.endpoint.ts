// POST /mailboxes/reactivate: brings mailboxes back that are paused, suspended, cancelled or archived.
import { z } from 'zod';
import { withoutEffect } from '../../../database/database.ts';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  bill,
  billShape,
  type ChargeLine,
  insufficientFunds,
  lockFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { holdWorkspace, workspaceLimitReached } from '../workspaces/index.ts';
import { eachAnswer, eachMailbox, uids } from './each.ts';
import {
  domainNotActive,
  mailboxBusy,
  mailboxHasEnded,
  mailboxNotClosed,
  mailboxNotFound,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { assertMayComeBack, beginReactivation } from './reactivation.ts';

export const reactivateMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.reactivate',
  summary: 'Reactivate mailboxes',
  description:
    'Brings paused, suspended, cancelled and archived mailboxes back, with the mail they had. One whose time is over ' +
    'begins a new month: an included seat pays it, or the wallet. The price is set aside at once and credited back by ' +
    'itself when the mailbox cannot be opened; until it is open it stays what it was, and ' +
    '`mailbox_reactivation_status` is `pending`. With `dry_run: true` it only answers the price, line by line. Each ' +
    'mailbox is done or refused for itself; a wallet that cannot pay for all of them refuses all.',
  method: 'POST',
  path: '/mailboxes/reactivate',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  right: 'purchase',
  body: z.strictObject({ uids, dry_run: z.boolean().default(false) }),
  response: z.object({
    ...billShape,
    ...eachAnswer,
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    mailboxNotFound,
    mailboxNotClosed,
    mailboxHasEnded,
    mailboxBusy,
    domainNotActive,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    workspaceLimitReached,
  ],
  handle: ({ body, caller, workspace, commit }, context) =>
    commit(async (tx) => {
      const now = context.clock.now();
      await holdWorkspace(tx, workspace.uid);
      await lockFunds(tx, caller.teamId);
      const lines: ChargeLine[] = [];
      const comeBack = () =>
        eachMailbox(tx, workspace.uid, body.uids, async (mailbox) => {
          await assertMayComeBack(tx, mailbox, context.settings.maxMailboxesPerDomain);
          lines.push(...(await beginReactivation(tx, context, mailbox, now, caller.keyId)));
          return { status: mailbox.status, endsAt: null };
        });
      const before = await walletMicros(tx, caller.teamId);
      const { results } = body.dry_run ? await withoutEffect(tx, comeBack) : await comeBack();
      const after = body.dry_run ? before : await walletMicros(tx, caller.teamId);
      return {
        message: body.dry_run
          ? 'Nothing was reactivated: this is what it would cost'
          : processed(results, 'being reactivated'),
        ...bill(lines, after, { dryRun: body.dry_run }),
        results,
      };
    }),
});
