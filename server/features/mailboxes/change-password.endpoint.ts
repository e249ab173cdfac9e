// POST /mailboxes/password: another password, chosen or random, and with it another app password.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxBeingChanged, mailboxNotChangeable, mailboxNotFound, weakPassword } from './errors.ts';
import { passwordProblem } from './password.ts';
import { lockChangeable, requestChange, waitForChange } from './request-change.ts';
import { mailboxRow, mailboxShape } from './schema.ts';
import { sealNewPassword } from './secrets.ts';
import { mailboxByUid, mailboxSecrets, mailboxUpdate } from './store.ts';

const password = z.string().min(1).max(1_024);

export const changePassword = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.change-password',
  summary: 'Change password',
  description:
    'Sets the password, a random one when none is sent, and a new app password. `show-credentials` shows both at once; ' +
    'what was good before is good no longer, and sessions that are open with it end. `mailbox.password_changed` is told ' +
    'when the host has it. The answer holds no secret.',
  method: 'POST',
  path: '/mailboxes/password',
  aliases: [{ method: 'POST', path: '/mailboxes/{uid}/password' }],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  right: 'secrets',
  body: z
    .strictObject({
      uid: uidToFind,
      new_password: orAbsent(password).meta({
        description:
          '12 to 128 visible ASCII characters that mix three of lower case, upper case, digits and signs, or 20 of any kind',
      }),
      password: orAbsent(password).meta({ description: 'The same as `new_password`' }),
    })
    .refine((body) => body.new_password === undefined || body.password === undefined, {
      error: 'new_password and password are the same; send one of them',
      path: ['password'],
    }),
  response: z.object({ mailbox: mailboxShape }),
  errors: [mailboxNotFound, mailboxNotChangeable, mailboxBeingChanged, weakPassword],
  async handle({ body, caller, workspace, requestId, commit }, context) {
    const { db, secrets, clock } = context;
    const by = { ...caller, requestId };
    const chosen = body.new_password ?? body.password;
    let changeUid: string | undefined;
    const answer = await commit(async (tx) => {
      const mailbox = await lockChangeable(tx, workspace.uid, body.uid);
      const problem = chosen === undefined ? null : passwordProblem(chosen, mailbox);
      if (problem) throw weakPassword(`new_password is not safe: ${problem}`);
      const { password, appPassword } = await mailboxSecrets(tx, mailbox.uid);
      const after = sealNewPassword(secrets, mailbox.uid, chosen);
      const values = { kind: 'password' as const, before: { password, appPassword }, after };
      changeUid = (await requestChange(tx, context, mailbox, values, by)).uid;
      await mailboxUpdate(tx, mailbox.uid, { sealed: after }, clock.now());
      const changed = (await mailboxByUid(tx, mailbox.uid))!;
      return { message: 'Password change scheduled', mailbox: await mailboxRow(tx, changed) };
    });
    // The old one is to be good for nothing by the time somebody reads the answer.
    if (changeUid) await waitForChange(db, changeUid);
    return answer;
  },
});
