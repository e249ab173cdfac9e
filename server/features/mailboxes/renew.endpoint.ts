// POST /mailboxes/renew: pays mailboxes ahead for some months, or pays one that is owed.
import { z } from 'zod';
import { withoutEffect } from '../../../database/database.ts';
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
import { holdWorkspace } from '../workspaces/index.ts';
import { uids } from './each.ts';
import { mailboxNotFound, mailboxNotRenewable, prepaidTooLong } from './errors.ts';
import type { Mailbox } from './mailbox.ts';
import { prepay } from './prepay.ts';
import { MOST_MONTHS_AT_ONCE, mailboxRows, mailboxShape } from './schema.ts';
import { mailboxesLock, mailboxesOfUids } from './store.ts';

export const renewMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.renew',
  summary: 'Pay mailboxes ahead',
  description:
    'Pays all of the named mailboxes, or none, for `months` more from when their time is over now, out of the wallet. A ' +
    'mailbox whose renewal could not be paid is paid from there as well, and goes on. After the prepaid time mailboxes ' +
    'are renewed by the month again. With `dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/mailboxes/renew',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  right: 'purchase',
  body: z.strictObject({
    uids,
    months: z.int().min(1).max(MOST_MONTHS_AT_ONCE).default(1),
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    mailboxes: z.array(mailboxShape),
  }),
  errors: [insufficientFunds, spendCapExceeded, mailboxNotFound, mailboxNotRenewable, prepaidTooLong],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      await holdWorkspace(tx, workspace.uid);
      await lockFunds(tx, caller.teamId);
      const wanted = [...new Set(body.uids)];
      const mailboxes = await mailboxesLock(tx, workspace.uid, wanted);
      if (mailboxes.length < wanted.length) throw mailboxNotFound('Mailbox not found');
      const pay = async () => prepay(tx, mailboxes, { months: body.months, keyUid: caller.keyId }, now);
      const before = await walletMicros(tx, caller.teamId);
      const lines: ChargeLine[] = body.dry_run ? await withoutEffect(tx, pay) : await pay();
      const rows = await mailboxesOfUids(tx, wanted);
      return {
        message: body.dry_run
          ? 'Nothing was paid: this is what it would cost'
          : 'Mailboxes renewed successfully',
        ...bill(lines, body.dry_run ? before : await walletMicros(tx, caller.teamId), {
          dryRun: body.dry_run,
        }),
        mailboxes: await mailboxRows(
          tx,
          wanted.map((uid) => rows.get(uid) as Mailbox),
        ),
      };
    }),
});
