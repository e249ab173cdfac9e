// The workflow `domains.renew`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { contact } from '../../testing/order-body.ts';
import { booksOf, buyForTest, CREDITS, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { captureCharges, reserveCharges } from '../billing/index.ts';
import { renew } from './renew.workflow.ts';
import { type Renewal, renewalByUid, renewalInsert, renewalLine } from './renewal.ts';
import { domainByUid } from './store.ts';

const api = useInstallationWithoutWorker();
const PRICE = 12.5;

exerciseWorkflow('domains.renew', {
  database: api.database,
  definition: renew,
  context: () => api.installation.context,
  async setup({ db, clock, providers }) {
    const { team, domain } = await buyForTest(api.installation);
    const { uid: domainUid, name } = domain;
    const { expiresAt } = await providers
      .registrar()
      .register({ name, years: 1, contact, nameservers: ['ns1.northpeak.example'], idempotencyKey: name });
    const scope = { teamUid: team.teamUid, workspaceUid: team.workspaceUid };
    const now = clock.now();
    const renewal: Renewal = {
      uid: newId(),
      domainUid,
      ...scope,
      years: 1,
      priceMicros: PRICE * 1e6,
      status: 'pending',
      failureReason: null,
      expiresBefore: new Date(expiresAt!),
      expiresAfter: null,
      requestedAt: now,
      finishedAt: null,
    };
    await inTransaction(db, async (tx) => {
      await captureCharges(tx, { type: 'domain', uid: domainUid }, now);
      await renewalInsert(tx, renewal);
      await reserveCharges(tx, {
        ...scope,
        reference: { type: 'domain_renewal', uid: renewal.uid },
        description: name,
        lines: [renewalLine(renewal, name)],
        keyUid: null,
        priceVersion: 1,
        now,
      });
    });
    return { team, name, renewal, input: { renewalUid: renewal.uid } };
  },
  check: {
    async succeeded({ team, name, renewal }, _value, { db, providers }) {
      const { expiresAt } = (await providers.registrar().findRegistration({ name }))!;
      const years = new Date(expiresAt!).getUTCFullYear() - renewal.expiresBefore.getUTCFullYear();
      expect(years).toBe(1);
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: CREDITS - 2 * PRICE, reserved: 0, spent: 2 * PRICE });
      expect(await renewalByUid(db, renewal.uid)).toMatchObject({
        status: 'completed',
        expiresAfter: new Date(expiresAt!),
      });
      expect(await domainByUid(db, renewal.domainUid)).toMatchObject({
        renewalStatus: 'completed',
        renewalDate: new Date(expiresAt!),
      });
      const told = db.selectFrom('event').select('uid').where('subject_uid', '=', renewal.domainUid);
      expect(await told.where('type', '=', 'domain.renewed').execute()).toHaveLength(1);
    },
    async failed({ team, name, renewal }, _failure, { db, providers }) {
      const { expiresAt } = (await providers.registrar().findRegistration({ name }))!;
      const books = await booksOf(api.installation, team.teamUid);
      const { status, failureReason } = (await renewalByUid(db, renewal.uid))!;
      // What the registry renewed is paid for; anything else cost nothing.
      if (status === 'completed') {
        expect(books).toEqual({ wallet: CREDITS - 2 * PRICE, reserved: 0, spent: 2 * PRICE });
        return;
      }
      expect([status, failureReason]).toEqual(['failed', expect.any(String)]);
      expect(expiresAt).toBe(renewal.expiresBefore.toISOString());
      expect(books).toEqual({ wallet: CREDITS - PRICE, reserved: 0, spent: PRICE });
    },
  },
});
