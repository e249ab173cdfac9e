// The workflow `orders.fulfil-domain`, failed, killed and repeated, with each of its children failing.
import { sql } from 'kysely';
import { beforeAll, expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
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
import { orderInsert, orderLines } from './store.ts';

const api = useInstallationWithoutWorker();
const CONSENT = 'https://desk.example/connect?client_id=outreach-desk';

// There is no browser here: every request is over when it is begun.
beforeAll(async () => {
  await sql`
    create function agreed() returns trigger language plpgsql as $$
    begin
      new.status := 'completed'; new.completed_at := new.created_at; new.due_at := null;
      return new;
    end $$
  `.execute(api.database.db);
  await sql`
    create trigger agreed before insert on consent_request for each row execute function agreed()
  `.execute(api.database.db);
});

exerciseWorkflow('orders.fulfil-domain', {
  database: api.database,
  definition: fulfilDomain,
  others: [...domainWorkflows(domainMailboxes), ...mailboxWorkflows],
  context: () => api.installation.context,
  async setup({ db, clock }) {
    const bought = await buyForTest(api.installation, 2);
    const { team, domain, mailboxUids } = bought;
    const now = clock.now();
    const order = {
      uid: newId(),
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      keyUid: null,
      status: 'processing' as const,
      totalMicros: 19_500_000,
      createdAt: now,
      updatedAt: now,
      finishedAt: null,
      runs: 1,
    };
    const line = { domainUid: domain.uid, name: domain.name, consentUrl: CONSENT, mailboxUids };
    const client = {
      uid: newId(),
      team_uid: team.teamUid,
      workspace_uid: team.workspaceUid,
      client_id: 'outreach-desk',
      kind: 'allowed',
      name: 'Outreach Desk',
      redirect_uris: [],
      hosts: ['desk.example'],
      scopes: ['openid'],
      created_at: now,
    };
    const lineUid = await inTransaction(db, async (tx) => {
      await orderInsert(tx, order, [line]);
      await tx.insertInto('oauth_client').values(client).execute();
      return (await orderLines(tx, [order.uid])).get(order.uid)![0]!.uid;
    });
    const input = {
      ...{ uid: lineUid, domainUid: domain.uid, mailboxUids },
      platform: 'GOOGLE' as const,
      agrees: true,
    };
    return { ...bought, orderUid: order.uid, input };
  },
  check: {
    // It succeeds whatever its children do: what failed is credited back, what did not is there and paid for.
    async succeeded({ team, domain, mailboxUids, orderUid }, _value, { db }) {
      const books = await booksOf(api.installation, team.teamUid);
      const outside = await worldOutside(api.installation, domain.name);
      const statuses = await mailboxStatuses(api.installation, mailboxUids);
      const active = statuses.filter((status) => status === 'active').length;
      expect(active + statuses.filter((status) => status === 'failed').length).toBe(2);
      expect(outside.mailboxes).toBe(active);
      const spent = 12.5 * outside.registrations + 3.5 * active;
      expect(books).toEqual({ wallet: CREDITS - spent, reserved: 0, spent });
      // Each mailbox that is there was asked once to agree, and no other was.
      const requests = await db
        .selectFrom('consent_request')
        .select(['uid', 'mailbox_uid'])
        .where('workspace_uid', '=', team.workspaceUid)
        .execute();
      expect(requests).toHaveLength(active);
      const [line] = (await orderLines(db, [orderUid])).get(orderUid)!;
      const noted = [...line!.consents].map(([mailboxUid, { requestUid }]) => `${requestUid} ${mailboxUid}`);
      expect(noted.toSorted()).toEqual(
        requests.map(({ uid, mailbox_uid }) => `${uid} ${mailbox_uid}`).toSorted(),
      );
    },
    // Only what comes after everything was bought can fail, and takes nothing of it back.
    async failed({ team, domain, mailboxUids }) {
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['active', 'active']);
      expect(await worldOutside(api.installation, domain.name)).toEqual({ registrations: 1, mailboxes: 2 });
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - 19.5, reserved: 0, spent: 19.5 });
    },
  },
  notReached: { abandon: 'only comes when a child fails' },
  children: { 'domains.register': 'succeeded', 'domains.set-up': 'succeeded', 'mailboxes.buy': 'succeeded' },
});
