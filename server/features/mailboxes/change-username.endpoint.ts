// POST /mailboxes/username: another username; the address it had stays the mailbox's own for a time.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import {
  invalidUsername,
  mailboxBeingChanged,
  mailboxExists,
  mailboxNotChangeable,
  mailboxNotFound,
} from './errors.ts';
import { lockForRename, renameMailbox } from './rename.ts';
import { waitForChange } from './request-change.ts';
import { mailboxRow, mailboxShape, newUsername } from './schema.ts';
import { mailboxByUid } from './store.ts';

export const changeUsername = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.change-username',
  summary: 'Change username',
  description:
    'The old address goes on working for as long as the installation says (30 days by default): mail for it arrives, and ' +
    'it can be signed in with and sent from. Nobody else gets it before. Sessions that are open end, and ' +
    '`mailbox.username_changed` is told when the host has the new one.',
  method: 'POST',
  path: '/mailboxes/username',
  aliases: [{ method: 'POST', path: '/mailboxes/{uid}/username' }],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  body: z.strictObject({ uid: uidToFind, new_username: newUsername }),
  response: z.object({
    previous_email: z.string(),
    previous_email_until: z.iso.datetime().nullable().meta({ description: 'Null when nothing was changed' }),
    mailbox: mailboxShape,
  }),
  errors: [mailboxNotFound, mailboxNotChangeable, mailboxBeingChanged, mailboxExists, invalidUsername],
  async handle({ body, caller, workspace, requestId, commit }, context) {
    const by = { ...caller, requestId };
    let changeUid: string | undefined;
    const answer = await commit(async (tx) => {
      const mailbox = await lockForRename(tx, workspace.uid, body.uid);
      const change = await renameMailbox(tx, context, mailbox, body.new_username, by);
      changeUid = change?.uid;
      const until = new Date(context.clock.now().getTime() + context.settings.usernameAliasMs);
      return {
        message: change ? 'Username change scheduled' : 'The mailbox has this username already',
        previous_email: mailbox.address,
        previous_email_until: change ? until.toISOString() : null,
        mailbox: await mailboxRow(tx, (await mailboxByUid(tx, mailbox.uid))!),
      };
    });
    if (changeUid) await waitForChange(context.db, changeUid);
    return answer;
  },
});
