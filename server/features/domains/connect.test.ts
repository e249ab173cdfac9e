// The workflow `domains.connect`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { domainStatus, timesTold, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { connect } from './connect.workflow.ts';
import { nameserverNames, nameserversFor } from './connection.ts';
import { newDomain } from './domain.ts';
import { setUp } from './set-up.workflow.ts';
import { domainByUid, domainsInsert } from './store.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('domains.connect', {
  database: api.database,
  definition: connect,
  others: [setUp],
  context: () => api.installation.context,
  async setup(context) {
    const { db, clock, providers } = context;
    const { teamUid, workspaceUid } = await addTeam(api.installation);
    const name = freshName();
    const nameservers = nameserverNames(await nameserversFor(context, { workspaceUid, name }));
    // The owner has pointed it here already; what its registry says is the delegation.
    await providers
      .registrar()
      .register({ name, years: 1, contact, nameservers, idempotencyKey: `elsewhere ${name}` });
    const given = { uid: newId(), teamUid, workspaceUid, name, tld: 'com' };
    const status = 'waiting_for_dns_propagation' as const;
    const domain = newDomain(
      { ...given, status, connectionType: 'connected', nameservers, runs: 1 },
      clock.now(),
    );
    await inTransaction(db, (tx) => domainsInsert(tx, [domain]));
    return { domain, input: { domainUid: domain.uid, run: 1 } };
  },
  check: {
    async succeeded({ domain }, _value, { db }) {
      const found = await domainByUid(db, domain.uid);
      expect(found).toMatchObject({
        delegatedAt: expect.any(Date),
        nameserverMatchStatus: 'matched',
        setUpRun: 1,
      });
      expect(await timesTold(api.installation, domain.uid, 'dns_setup_pending')).toBe(1);
    },
    async failed({ domain }, _failure, { db }) {
      const found = await domainByUid(db, domain.uid);
      // One whose delegation was seen is set up, whatever became of the wait.
      if (found?.delegatedAt) expect(found.setUpRun).toBe(1);
      else expect(await domainStatus(api.installation, domain.uid)).toBe('inactive');
    },
  },
  notReached: { expire: 'its owner has delegated it' },
});
