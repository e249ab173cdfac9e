// POST /sequencers/update: another name, credential, limit or warm-up; what was exported follows.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  credentialIncomplete,
  credentialRefused,
  sequencerExists,
  sequencerNotFound,
  sequencerUnavailable,
} from './errors.ts';
import { sequencerEvent } from './events.ts';
import { exportCounts, exportsLock, exportUpdate } from './export-store.ts';
import { asking, findPlatform, findSequencers, lockSequencer } from './find.ts';
import { goTo } from './judge.ts';
import { accountKeyOf, openCredential, openWith, sealCredential } from './open-account.ts';
import { restartExports } from './restart.ts';
import {
  credentialIn,
  hintOf,
  incomplete,
  sequencerName,
  sequencerRow,
  sequencerShape,
  sequencerWishes,
  tuningOf,
} from './schema.ts';
import { sequencerByUid, sequencerOfAccount, sequencerSealed, sequencerUpdate } from './store.ts';

export const updateSequencer = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.update',
  summary: 'Update sequencer',
  description:
    'Fields that are left out stay. The credential, a new one or the one there is, is tried at once; when it works, ' +
    'exports that failed for it go on. Another limit or warm-up is set at every mailbox that is connected.',
  method: 'POST',
  path: '/sequencers/update',
  scope: 'workspace',
  reachesOutside: true,
  right: 'secrets',
  body: z.strictObject({ uid: uidToFind, name: orAbsent(sequencerName), ...sequencerWishes }),
  response: z.object({ uid: z.uuid(), data: sequencerShape }),
  errors: [sequencerNotFound, credentialIncomplete, credentialRefused, sequencerUnavailable, sequencerExists],
  async handle({ body, workspace, commit }, context) {
    const { db, clock, secrets } = context;
    const [found] = await findSequencers(db, workspace.uid, [body.uid]);
    const { uid } = found!;
    const platform = findPlatform(context, found!.platform);
    if (body.layout !== undefined && !platform.layouts.some(({ key }) => key === body.layout)) {
      throw incomplete(platform, ['layout']);
    }
    const sent = platform.kind === 'api' ? credentialIn(body, platform) : null;
    const credential = sent ?? openCredential(secrets, uid, (await sequencerSealed(db, uid))!);
    const verified =
      platform.kind === 'api'
        ? await asking(() => openWith(context, platform, credential).verifyTarget())
        : { account: null };
    return commit(async (tx) => {
      const before = await lockSequencer(tx, workspace.uid, uid);
      const now = clock.now();
      const accountKey =
        platform.kind === 'file'
          ? accountKeyOf(platform.key, { layout: body.layout ?? before.layout! })
          : accountKeyOf(platform.key, credential);
      const other = await sequencerOfAccount(tx, workspace.uid, { platform: platform.key, accountKey });
      if (other && other.uid !== uid) {
        throw sequencerExists(`The workspace has this account already: ${other.name}`, { uid: other.uid });
      }
      const tuning = tuningOf(body, before.tuning);
      await sequencerUpdate(
        tx,
        uid,
        {
          name: body.name,
          account: body.sequencer_login ?? verified.account ?? undefined,
          accountKey,
          layout: body.layout,
          ...(sent && { sealed: sealCredential(secrets, uid, sent), hint: hintOf(sent) }),
          tuning,
          tags: body.tags,
          autoReconnect: body.auto_reconnect_mailboxes,
          status: 'active',
          statusReason: null,
          ...(before.status !== 'active' && { statusSince: now }),
          checkedAt: now,
        },
        now,
      );
      const account = (await sequencerByUid(tx, uid))!;
      await recordEvents(tx, [sequencerEvent('updated', account, now)]);
      if (before.status !== 'active')
        await recordEvents(tx, [sequencerEvent('status_changed', account, now)]);
      await follow(tx, uid, JSON.stringify(tuning) !== JSON.stringify(before.tuning), now);
      const counts = await exportCounts(tx, [uid]);
      return {
        message: 'Sequencer updated successfully',
        uid,
        data: sequencerRow(account, counts.get(uid)),
      };
    });
  },
});

type Tx = Parameters<typeof exportsLock>[0];

/** What failed for the credential goes on, and what is connected is tuned anew. */
const follow = async (tx: Tx, uid: string, tunes: boolean, now: Date): Promise<void> => {
  const rows = await exportsLock(tx, { sequencerUids: [uid] });
  if (tunes) {
    for (const row of rows.filter(({ stage }) => stage === 'watch')) {
      await exportUpdate(tx, row.uid, { ...goTo('tune', now), generation: row.generation + 1 }, now);
    }
  }
  const stopped = rows.filter(({ code }) => code === 'credential_refused');
  await restartExports(
    tx,
    stopped.map((row) => ({ row, cause: 'credential_updated' })),
    now,
  );
};
