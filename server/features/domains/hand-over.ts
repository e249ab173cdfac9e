// Giving a bought domain to another workspace: the name and its registration go, and nothing else of whoever had it.
import type { Tx } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { forgetZone } from '../dns/index.ts';
import { recordEvents } from '../events/index.ts';
import { takeTagsOff } from '../tags/index.ts';
import { startSetUp } from './connection.ts';
import { assertDomainRoom } from './counts.ts';
import type { Domain } from './domain.ts';
import { unpublishForwards } from './published.ts';
import { domainLock, domainSetOwner } from './store.ts';

type NewOwner = { teamUid: string; workspaceUid: string; priceMicros: number };

/**
 * Gives a domain that is locked, active and without mailboxes to a workspace, and begins its set-up there. What the zone
 * held beside our own records, its history, tags, forwards and the registrant's data stay behind; the nameservers go on
 * answering with the old zone until the new one is published.
 *
 * @throws ApiError workspace_limit_reached
 */
export const handDomainOver = async (
  tx: Tx,
  context: Pick<FeatureContext, 'workflows'>,
  { uid, name, ...from }: Domain,
  to: NewOwner,
  platform: Platform,
  now: Date,
): Promise<void> => {
  await assertDomainRoom(tx, to.workspaceUid, 1);
  const handedOver = ({ teamUid, workspaceUid }: Omit<NewOwner, 'priceMicros'>, direction: 'in' | 'out') => ({
    teamUid,
    workspaceUid,
    type: 'domain.handed_over',
    subjectType: 'domain' as const,
    subjectUid: uid,
    data: { name, direction },
    occurredAt: now,
  });
  await recordEvents(tx, [handedOver(from, 'out'), handedOver(to, 'in')]);
  await takeTagsOff(tx, 'domain', uid);
  await unpublishForwards(tx, name);
  await forgetZone(tx, uid);
  await domainSetOwner(tx, uid, to, now);
  await startSetUp(tx, context, (await domainLock(tx, uid))!, now, platform);
};
