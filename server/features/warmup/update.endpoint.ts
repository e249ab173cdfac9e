// POST /warmup/update: how mailboxes warm up.
import { z } from 'zod';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { eachAnswer, eachWarmup } from './each.ts';
import { warmupCancelled, warmupNotFound, warmupSettingsInvalid } from './errors.ts';
import { warmupChanged } from './events.ts';
import { planAtOf } from './move.ts';
import { assertSettings, mailboxUids, settingsFields, settingsIn } from './schema.ts';
import { subscriptionUpdate } from './store.ts';

export const updateWarmups = defineEndpoint<FeatureContext>()({
  operation: 'warmup.update',
  summary: 'Change warm-up settings',
  description:
    'What is left out stays. A day that is planned goes as it was planned; the change counts from the next on.',
  method: 'POST',
  path: '/warmup/update',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  body: z.strictObject({ mailbox_uids: mailboxUids, settings: z.strictObject(settingsFields) }),
  response: z.object(eachAnswer),
  errors: [warmupNotFound, warmupCancelled, warmupSettingsInvalid],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const team = { teamUid: caller.teamId, workspaceUid: workspace.uid };
      const results = await eachWarmup(tx, team, body.mailbox_uids, async (before, mailbox) => {
        if (before.status === 'cancelled') {
          throw warmupCancelled(`The warm-up of ${mailbox.address} was cancelled`);
        }
        const settings = { ...before.settings, ...settingsIn(body.settings) };
        assertSettings(settings);
        const shared = body.settings.share_across_workspaces ?? before.shared;
        const changed = { ...before, settings, shared };
        const planAt = before.status === 'active' ? planAtOf(changed, now) : null;
        await subscriptionUpdate(tx, before.uid, { settings, shared, planAt }, now);
        await recordEvents(tx, [warmupChanged(changed, mailbox.address, now)]);
        return 'updated';
      });
      return { message: processed(results, 'updated'), results };
    }),
});
