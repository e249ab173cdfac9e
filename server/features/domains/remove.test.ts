// The workflow `domains.remove`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  buyForTest,
  domainStatus,
  mailboxStatuses,
  timesTold,
  useInstallationWithoutWorker,
  worldOutside,
} from '../../testing/workflow-world.ts';
import { zoneByDomain } from '../dns/index.ts';
import { domainMailboxes } from '../mailboxes/index.ts';
import { removal } from './remove.workflow.ts';
import { domainByUid } from './store.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('domains.remove', {
  database: api.database,
  definition: removal(domainMailboxes),
  context: () => api.installation.context,
  async setup({ db, clock, providers }) {
    const { team, domain, mailboxUids } = await buyForTest(api.installation, 2);
    const { uid, name } = domain;
    const workspaceId = team.workspaceUid;
    const host = providers.mailboxHost('GOOGLE');
    await host.setUpDomain({ name, workspaceId });
    for (const [index, id] of mailboxUids.entries()) {
      await host.createMailbox({
        id,
        workspaceId,
        address: `mara${index}@${name}`,
        displayName: 'Mara Voss',
        platform: 'GOOGLE',
        password: 'correct-horse-Battery-9',
        appPassword: 'qwjxkdbnvhpslfty',
        idempotencyKey: id,
      });
    }
    await providers.dnsHost().putZone({ name, records: [] });
    await inTransaction(db, async (tx) => {
      const zone = { domain_uid: uid, workspace_uid: workspaceId, name };
      const now = clock.now();
      await tx
        .insertInto('dns_zone')
        .values({ ...zone, created_at: now, updated_at: now })
        .execute();
      await tx.updateTable('mailbox').set({ status: 'active' }).where('uid', 'in', mailboxUids).execute();
      const status = 'scheduled_for_deletion';
      await tx.updateTable('domain').set({ status }).where('uid', '=', uid).execute();
    });
    return { domain, mailboxUids, input: { domainUid: uid } };
  },
  check: {
    async succeeded({ domain, mailboxUids }, _value, { db, providers }) {
      expect(await domainStatus(api.installation, domain.uid)).toBe('deleted');
      expect(await timesTold(api.installation, domain.uid, 'deleted')).toBe(1);
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['deleted', 'deleted']);
      expect(await timesTold(api.installation, mailboxUids[0]!, 'deleted')).toBe(1);
      expect(await worldOutside(api.installation, domain.name)).toMatchObject({ mailboxes: 0 });
      expect(await providers.mailboxHost('GOOGLE').knownDomains([domain.name])).toEqual([]);
      expect(await providers.dnsHost().readZone(domain.name)).toBeNull();
      expect(await zoneByDomain(db, domain.uid)).toBeUndefined();
    },
    async failed({ domain }, _failure, { db }) {
      const { status, statusReason } = (await domainByUid(db, domain.uid))!;
      // The step that marks it as deleted may have acted before its answer was lost.
      if (status === 'deleted') return;
      expect([status, statusReason]).toEqual([
        'scheduled_for_deletion',
        expect.stringContaining('it could not be removed'),
      ]);
    },
  },
});
