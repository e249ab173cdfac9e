// The workflow `prewarm.hand-over`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { mailboxForTest } from '../../testing/active-mailbox.ts';
import { addTeam } from '../../testing/second-team.ts';
import { booksOf, CREDITS, timesTold, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { currentPrices } from '../price-book/index.ts';
import { handOver } from './hand-over.workflow.ts';
import { putUp } from './put-up.ts';
import { preparePrewarm } from './seller.ts';
import { saleByUid } from './store.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('prewarm.hand-over', {
  database: api.database,
  definition: handOver,
  context: () => api.installation.context,
  async setup(context) {
    const { db, clock } = context;
    const now = clock.now();
    const { team: operator, domain, mailboxUid } = await mailboxForTest(api.installation);
    const team = await addTeam(api.installation, CREDITS);
    const stock = await inTransaction(db, async (tx) => {
      await tx
        .updateTable('domain')
        .set({ registration_id: domain.uid, mail_platform: 'GOOGLE' })
        .where('uid', '=', domain.uid)
        .execute();
      const given = { warmedSince: now, score: 80, domainPriceMicros: 15e6, mailboxPriceMicros: 6e6 };
      return putUp(tx, operator.teamUid, domain.uid, given, now);
    });
    const buyer = { teamUid: team.teamUid, workspaceUid: team.workspaceUid, keyUid: team.teamUid };
    const asked = { domains: [{ domain_id: stock.uid }], keep_warming: false };
    // The harness starts it, with the fault of the scenario.
    const without = { ...context, workflows: { start: async () => {} } };
    const sale = await preparePrewarm(without, buyer, asked, await currentPrices(db));
    await inTransaction(db, (tx) => sale.buy(tx, now));
    const [sold] = sale.sales;
    return { team, operator, domain, mailboxUid, sold: sold!, input: { saleUid: sold!.uid } };
  },
  check: {
    async succeeded({ team, domain, mailboxUid, sold }, _value, { db, providers }) {
      const made = sold.mailboxes[0]!.uid;
      const owner = await db
        .selectFrom('domain')
        .select(['workspace_uid', 'set_up_run'])
        .where('uid', '=', domain.uid)
        .executeTakeFirstOrThrow();
      expect(owner.workspace_uid).toBe(team.workspaceUid);
      const boxes = await db
        .selectFrom('mailbox')
        .select(['uid', 'status'])
        .where('domain_uid', '=', domain.uid)
        .orderBy('created_at')
        .execute();
      expect(boxes).toEqual([
        { uid: mailboxUid, status: 'deleted' },
        { uid: made, status: 'scheduled' },
      ]);
      expect(await providers.mailboxHost('GOOGLE').findMailbox({ id: mailboxUid })).toBeNull();
      // The mailbox is charged when it is made.
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - 21, reserved: 6, spent: 15 });
      expect(await timesTold(api.installation, domain.uid, 'dns_setup_pending')).toBe(1);
    },
    async failed({ team, operator, domain, sold }, _failure, { db }) {
      const owner = await db
        .selectFrom('domain')
        .select('workspace_uid')
        .where('uid', '=', domain.uid)
        .executeTakeFirstOrThrow();
      const books = await booksOf(api.installation, team.teamUid);
      // What was given stays given, and is paid for; anything else cost nothing.
      if ((await saleByUid(db, sold.uid))!.status === 'handed_over') {
        expect(owner.workspace_uid).toBe(team.workspaceUid);
        expect(books).toEqual({ wallet: CREDITS - 21, reserved: 6, spent: 15 });
        return;
      }
      expect(owner.workspace_uid).toBe(operator.workspaceUid);
      expect(books).toEqual({ wallet: CREDITS, reserved: 0, spent: 0 });
    },
  },
});
