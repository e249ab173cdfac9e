// Invoices: issued once for each month, numbered without gaps, and never changed.
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { captureCharges, giveBackCharges, reserveCharges } from '../billing/index.ts';
import { issueInvoices } from './issue.job.ts';

const api = useInstallationWithoutWorker();
const seller = 'Müller & Søn <GmbH>\n1 Harbour Street';
let teams: Team[];

const issue = (at: string) =>
  issueInvoices({
    db: api.database.db,
    clock: new VirtualClock(new Date(at)),
    settings: { invoiceSeller: seller },
  });

const pay = (team: Team, credits: number, at: string, { refunded = false } = {}) =>
  inTransaction(api.database.db, async (tx) => {
    const subject = { type: 'mailbox' as const, uid: newId() };
    const now = new Date(at);
    await reserveCharges(tx, {
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      keyUid: null,
      reference: subject,
      description: 'mara@getnorthpeak.com',
      lines: [
        {
          subject,
          purpose: 'first_month',
          description: 'mara@getnorthpeak.com, first month',
          amountMicros: credits * 1e6,
          paidWith: 'wallet',
        },
      ],
      priceVersion: 1,
      now,
    });
    await captureCharges(tx, subject, now);
    if (refunded) await giveBackCharges(tx, subject, 'test', now);
  });

beforeAll(async () => {
  teams = await Promise.all([1, 2, 3].map(() => addTeam(api.installation, 100)));
  await pay(teams[0]!, 3.5, '2030-01-31T23:59:59.999Z');
  await pay(teams[0]!, 7, '2030-01-02T00:00:00.000Z', { refunded: true });
  await pay(teams[0]!, 20, '2030-02-01T00:00:00.000Z');
  await pay(teams[1]!, 12.5, '2030-01-15T00:00:00.000Z');
});

describe('invoices', () => {
  test('are issued once to every team that paid for something, however many do it at once, without gaps', async () => {
    expect(await issue('2030-02-01T00:59:59.999Z')).toBe(0); // the last bookings of January may still be on their way
    const issued = await Promise.all([1, 2, 3].map(() => issue('2030-02-01T01:00:00.000Z')));
    expect(issued.reduce((sum, count) => sum + count, 0)).toBe(2);
    await issue('2030-03-01T01:00:00.000Z');
    const rows = await api.database.db.selectFrom('invoice').select('number').orderBy('number').execute();
    expect(rows.map(({ number }) => number)).toEqual(['2030-000001', '2030-000002', '2030-000003']);
  });

  test('hold what was charged and credited back in their month, and nothing else', async () => {
    const { body } = await api.get('/billing/invoices', { key: teams[0]!.key });
    expect(body.invoices.map(({ total }: { total: number }) => total)).toEqual([20, 3.5]);
    const { uid } = body.invoices[1];
    const one = (await api.get(`/billing/invoices/${uid}`, { key: teams[0]!.key })).body;
    expect(one.lines.map(({ credits }: { credits: number }) => credits)).toEqual([7, -7, 3.5]);
    expect((await api.get('/billing/invoices', { key: teams[2]!.key })).body.total).toBe(0);
    const other = await api.get(`/billing/invoices/${uid}`, { key: teams[1]!.key });
    expect([other.status, other.body.code]).toEqual([404, 'invoice_not_found']);
  });

  test('print as a page, in which names are text', async () => {
    const key = teams[0]!.key;
    const { uid } = (await api.get('/billing/invoices', { key })).body.invoices[1];
    const url = `${api.installation.baseUrl}/v1/api/billing/invoices/${uid}?format=html`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await response.text();
    expect(page).toContain('Müller &amp; Søn &lt;GmbH&gt;');
    expect(page).toContain('<th>3.50</th>');
  });

  test('are never changed or taken away', async () => {
    const { db } = api.database;
    await expect(db.updateTable('invoice').set({ buyer: 'x' }).execute()).rejects.toThrow(/never changed/);
    await expect(db.deleteFrom('invoice').execute()).rejects.toThrow(/never changed/);
  });
});
