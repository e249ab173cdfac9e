// The workflow `domains.set-up`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  buyForTest,
  domainStatus,
  timesTold,
  useInstallationWithoutWorker,
} from '../../testing/workflow-world.ts';
import { recordsOf } from '../dns/index.ts';
import { moveDomain } from './move.ts';
import { setUp } from './set-up.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('domains.set-up', {
  database: api.database,
  definition: setUp,
  context: () => api.installation.context,
  async setup({ db, clock }) {
    const { domain } = await buyForTest(api.installation);
    await inTransaction(db, (tx) => moveDomain(tx, domain.uid, 'dns_setup_pending', clock.now()));
    return { domain, input: { domainUid: domain.uid, platform: 'GOOGLE' as const } };
  },
  check: {
    async succeeded({ domain }, _value, { db, providers }) {
      expect(await domainStatus(api.installation, domain.uid)).toBe('active');
      expect(await timesTold(api.installation, domain.uid, 'active')).toBe(1);
      const wanted = await recordsOf(db, domain.uid);
      const hosted = await providers.dnsHost().readZone(domain.name);
      expect(hosted!.records.map(({ id }) => id).sort()).toEqual(wanted.map(({ uid }) => uid).sort());
    },
    async failed({ domain }) {
      expect(await domainStatus(api.installation, domain.uid)).toBe('inactive');
      expect(await timesTold(api.installation, domain.uid, 'inactive')).toBe(1);
    },
  },
  notReached: { tell: 'only comes when a host is away' },
});
