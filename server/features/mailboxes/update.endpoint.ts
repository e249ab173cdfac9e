// POST /mailboxes/update: another name of its person, another username, or both.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
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
import { requestChange } from './request-change.ts';
import { mailboxRow, mailboxShape, newUsername, personName } from './schema.ts';
import { mailboxByUid, mailboxUpdate } from './store.ts';

export const updateMailbox = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.update',
  summary: 'Update a mailbox',
  description:
    'What is left out stays. The mailbox shows the new values at once; `mailbox_update_status` says how far its host is ' +
    '(`queued`, `pending`, `completed`), or that it refused (`failed`), and then the mailbox has its old values again. A ' +
    'new username is what `POST /mailboxes/username` does.',
  method: 'POST',
  path: '/mailboxes/update',
  aliases: [{ method: 'POST', path: '/mailboxes/{uid}/update' }],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  body: z
    .strictObject({
      uid: uidToFind,
      first_name: orAbsent(personName),
      last_name: orAbsent(personName),
      user_name: orAbsent(newUsername),
      username: orAbsent(newUsername).meta({ description: 'The same as `user_name`' }),
    })
    .refine((body) => body.user_name === undefined || body.username === undefined, {
      error: 'user_name and username are the same; send one of them',
      path: ['username'],
    })
    .refine((body) => Object.values(body).filter((value) => value !== undefined).length > 1, {
      error: 'first_name, last_name or user_name is required',
      path: ['first_name'],
    }),
  response: z.object({ mailbox: mailboxShape }),
  errors: [mailboxNotFound, mailboxNotChangeable, mailboxBeingChanged, mailboxExists, invalidUsername],
  examples: { body: { uid: '0199c0de-0000-7000-8000-000000000000', first_name: 'Mara' } },
  handle({ body, caller, workspace, requestId, commit }, context) {
    const by = { ...caller, requestId };
    return commit(async (tx) => {
      const mailbox = await lockForRename(tx, workspace.uid, body.uid);
      const username = body.user_name ?? body.username;
      if (username !== undefined) await renameMailbox(tx, context, mailbox, username, by);
      const before = { firstName: mailbox.firstName, lastName: mailbox.lastName };
      const after = {
        firstName: body.first_name ?? before.firstName,
        lastName: body.last_name ?? before.lastName,
      };
      if (after.firstName !== before.firstName || after.lastName !== before.lastName) {
        await requestChange(tx, context, mailbox, { kind: 'name', before, after }, by);
        await mailboxUpdate(tx, mailbox.uid, after, context.clock.now());
      }
      const updated = (await mailboxByUid(tx, mailbox.uid))!;
      return { message: 'Mailbox update scheduled', mailbox: await mailboxRow(tx, updated) };
    });
  },
});
