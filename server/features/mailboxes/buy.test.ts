// The workflow `mailboxes.buy`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  booksOf,
  buyForTest,
  CREDITS,
  mailboxStatuses,
  timesTold,
  useInstallationWithoutWorker,
  worldOutside,
} from '../../testing/workflow-world.ts';
import { captureCharges } from '../billing/index.ts';
import { buy } from './buy.workflow.ts';

const api = useInstallationWithoutWorker();
const DOMAIN = 12.5;

exerciseWorkflow('mailboxes.buy', {
  database: api.database,
  definition: buy,
  context: () => api.installation.context,
  async setup({ db, clock, providers }) {
    const bought = await buyForTest(api.installation, 1);
    const { uid, name } = bought.domain;
    await providers.mailboxHost('GOOGLE').setUpDomain({ name, workspaceId: bought.team.workspaceUid });
    await inTransaction(db, async (tx) => {
      await captureCharges(tx, { type: 'domain', uid }, clock.now());
      await tx.updateTable('domain').set({ status: 'active' }).where('uid', '=', uid).execute();
    });
    return { ...bought, input: { mailboxUid: bought.mailboxUids[0]! } };
  },
  check: {
    async succeeded({ team, domain, mailboxUids }) {
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - DOMAIN - 3.5, reserved: 0, spent: DOMAIN + 3.5 });
      expect(await worldOutside(api.installation, domain.name)).toMatchObject({ mailboxes: 1 });
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['active']);
      expect(await timesTold(api.installation, mailboxUids[0]!, 'active')).toBe(1);
    },
    async failed({ team, domain, mailboxUids }) {
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - DOMAIN, reserved: 0, spent: DOMAIN });
      expect(await worldOutside(api.installation, domain.name)).toMatchObject({ mailboxes: 0 });
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['failed']);
    },
  },
});
