// The workflow `orders.fulfil-domain`, failed, killed and repeated, with each of its children failing.
import { expect } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  booksOf,
  buyForTest,
  CREDITS,
  mailboxStatuses,
  useInstallationWithoutWorker,
  worldOutside,
} from '../../testing/workflow-world.ts';
import { domainWorkflows } from '../domains/index.ts';
import { domainMailboxes, mailboxWorkflows } from '../mailboxes/index.ts';
import { fulfilDomain } from './fulfil-domain.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('orders.fulfil-domain', {
  database: api.database,
  definition: fulfilDomain,
  others: [...domainWorkflows(domainMailboxes), ...mailboxWorkflows],
  context: () => api.installation.context,
  async setup() {
    const bought = await buyForTest(api.installation, 2);
    const { domain, mailboxUids } = bought;
    return {
      ...bought,
      input: { uid: newId(), domainUid: domain.uid, mailboxUids, platform: 'GOOGLE' as const },
    };
  },
  check: {
    // It succeeds whatever its children do: what failed is credited back, what did not is there and paid for.
    async succeeded({ team, domain, mailboxUids }) {
      const books = await booksOf(api.installation, team.teamUid);
      const outside = await worldOutside(api.installation, domain.name);
      const statuses = await mailboxStatuses(api.installation, mailboxUids);
      const active = statuses.filter((status) => status === 'active').length;
      expect(active + statuses.filter((status) => status === 'failed').length).toBe(2);
      expect(outside.mailboxes).toBe(active);
      const spent = 12.5 * outside.registrations + 3.5 * active;
      expect(books).toEqual({ wallet: CREDITS - spent, reserved: 0, spent });
    },
    async failed() {
      throw new Error('it never fails');
    },
  },
  notReached: { abandon: 'only comes when a child fails' },
  children: { 'domains.register': 'succeeded', 'domains.set-up': 'succeeded', 'mailboxes.buy': 'succeeded' },
});
