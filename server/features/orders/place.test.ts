// The workflow `orders.place`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import {
  booksOf,
  buyForTest,
  CREDITS,
  domainStatus,
  mailboxStatuses,
  timesTold,
  useInstallationWithoutWorker,
  worldOutside,
} from '../../testing/workflow-world.ts';
import { domainWorkflows } from '../domains/index.ts';
import { domainMailboxes, mailboxWorkflows } from '../mailboxes/index.ts';
import { fulfilDomain } from './fulfil-domain.workflow.ts';
import { place } from './place.workflow.ts';
import { orderByUid, orderInsert } from './store.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('orders.place', {
  database: api.database,
  definition: place,
  others: [fulfilDomain, ...domainWorkflows(domainMailboxes), ...mailboxWorkflows],
  context: () => api.installation.context,
  async setup({ db, clock }) {
    const bought = await buyForTest(api.installation, 1);
    const { team, domain, mailboxUids } = bought;
    const now = clock.now();
    const order = {
      uid: newId(),
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      keyUid: null,
      status: 'queued' as const,
      totalMicros: 16_000_000,
      createdAt: now,
      updatedAt: now,
      finishedAt: null,
      runs: 1,
    };
    const lines = [{ domainUid: domain.uid, name: domain.name, consentUrl: null, mailboxUids }];
    await inTransaction(db, (tx) => orderInsert(tx, order, lines));
    return { ...bought, orderUid: order.uid, input: { orderUid: order.uid } };
  },
  check: {
    async succeeded({ team, domain, mailboxUids, orderUid }, _value, { db }) {
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - 16, reserved: 0, spent: 16 });
      expect(await worldOutside(api.installation, domain.name)).toEqual({ registrations: 1, mailboxes: 1 });
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['active']);
      expect((await orderByUid(db, orderUid))!.status).toBe('done');
      expect(await timesTold(api.installation, orderUid, 'done')).toBe(1);
    },
    async failed({ team, domain, mailboxUids, orderUid }, failure, { db }) {
      expect((await orderByUid(db, orderUid))!.status).toBe('error');
      const books = await booksOf(api.installation, team.teamUid);
      if (failure.step === 'begin') {
        expect(books).toEqual({ wallet: CREDITS, reserved: 0, spent: 0 });
        expect(await domainStatus(api.installation, domain.uid)).toBe('cancelled');
        expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['failed']);
      } else {
        // The order could not be marked as done; everything in it is there and paid for.
        expect(books).toEqual({ wallet: CREDITS - 16, reserved: 0, spent: 16 });
      }
    },
  },
});
