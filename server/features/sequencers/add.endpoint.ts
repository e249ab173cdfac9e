// POST /sequencers/add: an account at a sequencer, looked at before it is stored.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  credentialIncomplete,
  credentialRefused,
  platformUnknown,
  sequencerExists,
  sequencerUnavailable,
} from './errors.ts';
import { sequencerEvent } from './events.ts';
import { asking, findPlatform } from './find.ts';
import { accountKeyOf, openWith, sealCredential } from './open-account.ts';
import {
  credentialIn,
  hintOf,
  incomplete,
  noTuning,
  sequencerName,
  sequencerRow,
  sequencerShape,
  sequencerWishes,
  tuningOf,
} from './schema.ts';
import type { SequencerAccount } from './sequencer.ts';
import { sequencerInsert, sequencerOfAccount } from './store.ts';

export const addSequencer = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.add',
  summary: 'Add sequencer',
  description:
    'The credential is tried at once, sealed, and shown to nobody again. Which fields a platform needs is in ' +
    '`GET /sequencers/platforms`.',
  method: 'POST',
  path: '/sequencers/add',
  scope: 'workspace',
  reachesOutside: true,
  right: 'secrets',
  body: z.strictObject({
    name: sequencerName,
    platform: z
      .string()
      .trim()
      .toLowerCase()
      .min(1)
      .max(50)
      .meta({ description: 'A `key` of `GET /sequencers/platforms`' }),
    ...sequencerWishes,
  }),
  response: z.object({ uid: z.uuid(), data: sequencerShape }),
  errors: [platformUnknown, credentialIncomplete, credentialRefused, sequencerUnavailable, sequencerExists],
  async handle({ body, workspace, caller, commit }, context) {
    const { clock, secrets, settings } = context;
    const platform = findPlatform(context, body.platform);
    const uid = newId();
    const layout = body.layout ?? null;
    if (platform.kind === 'file' && !platform.layouts.some(({ key }) => key === layout)) {
      throw incomplete(platform, ['layout']);
    }
    const credential = credentialIn(body, platform);
    if (!credential) {
      throw incomplete(
        platform,
        platform.credentials.filter(({ required }) => required).map(({ name }) => name),
      );
    }
    const verified =
      platform.kind === 'api'
        ? await asking(() => openWith(context, platform, credential).verifyTarget())
        : { account: null };
    return commit(async (tx) => {
      const now = clock.now();
      const account: SequencerAccount = {
        uid,
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        name: body.name,
        platform: platform.key,
        account: body.sequencer_login ?? verified.account,
        // Of files there may be several, one for each form.
        accountKey: accountKeyOf(platform.key, platform.kind === 'file' ? { layout: layout! } : credential),
        hint: hintOf(credential),
        layout,
        tuning: tuningOf(body, noTuning),
        tags: body.tags ?? [],
        autoReconnect: body.auto_reconnect_mailboxes ?? true,
        status: 'active',
        statusReason: null,
        statusSince: now,
        checkedAt: now,
        reconcileAt: new Date(now.getTime() + settings.sequencerReconcileEveryMs),
        createdAt: now,
        updatedAt: now,
      };
      const sealed = sealCredential(secrets, uid, credential);
      if (!(await sequencerInsert(tx, { ...account, sealed }))) {
        const there = await sequencerOfAccount(tx, workspace.uid, account);
        throw sequencerExists(`The workspace has this account already: ${there?.name}`, { uid: there?.uid });
      }
      await recordEvents(tx, [sequencerEvent('added', account, now)]);
      return {
        message: 'Sequencer added successfully',
        uid,
        data: sequencerRow(account, undefined),
      };
    });
  },
});
