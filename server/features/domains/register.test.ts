// The workflow `domains.register`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  booksOf,
  buyForTest,
  CREDITS,
  domainStatus,
  timesTold,
  useInstallationWithoutWorker,
  worldOutside,
} from '../../testing/workflow-world.ts';
import { register } from './register.workflow.ts';
import { setUp } from './set-up.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('domains.register', {
  database: api.database,
  definition: register,
  others: [setUp],
  context: () => api.installation.context,
  async setup() {
    const bought = await buyForTest(api.installation);
    return { ...bought, input: { domainUid: bought.domain.uid, platform: null } };
  },
  check: {
    async succeeded({ team, domain }) {
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - 12.5, reserved: 0, spent: 12.5 });
      expect(await worldOutside(api.installation, domain.name)).toMatchObject({ registrations: 1 });
      expect(await timesTold(api.installation, domain.uid, 'dns_setup_pending')).toBe(1);
    },
    async failed({ team, domain }) {
      const books = await booksOf(api.installation, team.teamUid);
      const { registrations } = await worldOutside(api.installation, domain.name);
      // A name the registry holds is the customer's and paid for; any other cost nothing.
      if (registrations === 1) expect(books).toEqual({ wallet: CREDITS - 12.5, reserved: 0, spent: 12.5 });
      else expect(books).toEqual({ wallet: CREDITS, reserved: 0, spent: 0 });
      expect(await domainStatus(api.installation, domain.uid)).toBe(
        registrations === 1 ? 'inactive' : 'cancelled',
      );
    },
  },
  notReached: { lookUp: 'the built-in registry is done at once' },
});
