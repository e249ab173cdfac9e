// Whom invoices are made out to, the months that are made up, and the sheets they are printed on.
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { pdfPages } from '../../testing/pdf-text.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { captureCharges, reserveCharges } from '../billing/index.ts';
import { issueInvoices } from './issue.job.ts';

const api = useInstallationWithoutWorker();
const buyer = {
  name: 'Żółć & Ðặng Ακρόπολις',
  address_lines: ['вул. Хрещатик 22', '株式会社 1'],
  tax_number: 'UA123456',
  email: 'books@example.com',
};
let late: Team;
let steady: Team;

const issue = (at: string) =>
  issueInvoices({
    db: api.database.db,
    clock: new VirtualClock(new Date(at)),
    settings: { invoiceSeller: 'Müller & Søn\n1 Harbour Street' },
  });

const pay = (team: Team, at: string, descriptions: string[]) =>
  inTransaction(api.database.db, async (tx) => {
    const reference = { type: 'mailbox' as const, uid: newId() };
    const now = new Date(at);
    const lines = descriptions.map((description) => {
      const subject = { type: 'mailbox' as const, uid: newId() };
      return {
        subject,
        purpose: 'first_month' as const,
        description,
        amountMicros: 1e6,
        paidWith: 'wallet' as const,
      };
    });
    await reserveCharges(tx, {
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      keyUid: null,
      reference,
      description: 'Mailboxes',
      lines,
      priceVersion: 1,
      now,
    });
    for (const { subject } of lines) await captureCharges(tx, subject, now);
  });

const setBuyer = (body: unknown) => api.call('PUT', '/billing/invoice-buyer', body, { key: late.key });
const invoicesOf = async ({ key }: Team) => (await api.get('/billing/invoices', { key })).body.invoices;
const pdfOf = async ({ key }: Team, uid: string) => {
  const url = `${api.installation.baseUrl}/v1/api/billing/invoices/${uid}?format=pdf`;
  const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
  return { headers: response.headers, pdf: Buffer.from(await response.arrayBuffer()) };
};

beforeAll(async () => {
  late = await addTeam(api.installation);
  steady = await addTeam(api.installation);
  await pay(steady, '2030-11-10T00:00:00.000Z', ['november@example.com']);
  await issue('2030-12-01T01:00:00.000Z');
  // Nobody runs from here until March.
  await pay(steady, '2030-12-10T00:00:00.000Z', ['december@example.com']);
  await pay(late, '2031-02-03T00:00:00.000Z', ['early@example.com']);
  await pay(
    late,
    '2031-02-04T00:00:00.000Z',
    Array.from(
      { length: 300 },
      (_, index) =>
        `box-${index}@example.com, first month of a name that is ${'long '.repeat(index % 9 === 0 ? 30 : 1)}`,
    ),
  );
  await pay(steady, '2031-02-10T00:00:00.000Z', ['february@example.com']);
});

describe('the buyer', () => {
  test('is the team by its name until it is said', async () => {
    const { body } = await api.get('/billing/invoice-buyer', { key: late.key });
    expect(body.buyer).toMatchObject({
      name: expect.stringMatching(/^Team /),
      address_lines: [],
      updatedAt: null,
    });
  });

  test('is set as a whole and read back, by its own team alone', async () => {
    const { body } = await setBuyer(buyer);
    expect(body.buyer).toMatchObject(buyer);
    expect((await api.get('/billing/invoice-buyer', { key: late.key })).body.buyer).toEqual(body.buyer);
    const { body: other } = await api.get('/billing/invoice-buyer', { key: steady.key });
    expect(other.buyer.tax_number).toBeNull();
  });

  test('takes single lines and a real address, and says which field is wrong', async () => {
    const wrong = { name: 'Two\nlines', address_lines: ['fine', '\u202egnorw'], email: 'nobody' };
    const answer = await setBuyer(wrong);
    expect(answer.status).toBe(400);
    for (const field of ['name', 'address_lines', 'email'])
      expect(JSON.stringify(answer.body)).toContain(field);
  });
});

describe('months that passed while nobody ran', () => {
  test('are made up in their order, without gaps, in the year they are issued', async () => {
    const issued = await Promise.all([1, 2].map(() => issue('2031-03-05T12:00:00.000Z')));
    expect(issued.reduce((sum, count) => sum + count)).toBe(3);
    const numbered = await api.database.db
      .selectFrom('invoice')
      .select(['number', 'period_start'])
      .orderBy('number')
      .execute();
    expect(
      numbered.map(({ number, period_start }) => [number, period_start.toISOString().slice(0, 7)]),
    ).toEqual([
      ['2030-000001', '2030-11'],
      ['2031-000001', '2030-12'],
      ['2031-000002', '2031-02'],
      ['2031-000003', '2031-02'],
    ]);
    expect(await issue('2031-03-06T12:00:00.000Z')).toBe(0);
  });

  test('bear the buyer as it was when they were issued', async () => {
    const text =
      'Żółć & Ðặng Ακρόπολις\nвул. Хрещатик 22\n株式会社 1\nTax number: UA123456\nbooks@example.com';
    await setBuyer({ name: 'Another' });
    const { body } = await api.get('/billing/invoice-buyer', { key: late.key });
    expect(body.buyer).toMatchObject({ name: 'Another', address_lines: [], tax_number: null, email: null });
    expect((await invoicesOf(late))[0].buyer).toBe(text);
  });
});

describe('an invoice as PDF', () => {
  test('has all of its lines, on numbered sheets of A4 with the heads of columns on each', async () => {
    const [{ uid, number }] = await invoicesOf(late);
    const { headers, pdf } = await pdfOf(late, uid);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toContain(`invoice-${number}.pdf`);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toContain('[0 0 595.28 841.89]');
    const pages = pdfPages(pdf);
    expect(pages.length).toBeGreaterThan(5);
    for (const [index, page] of pages.entries()) {
      expect(page).toContain(`Invoice ${number} · Page ${index + 1} of ${pages.length}`);
      expect(page).toContain('Credits');
    }
    const boxes = pages.join('').match(/box-\d+@/g)!;
    expect(boxes).toHaveLength(300);
    expect(new Set(boxes).size).toBe(300);
    expect(pages.at(-1)).toContain('301.00');
    expect(pages.at(-1)).toMatch(/Tax/);
  });

  test('shows names in Latin, Greek and Cyrillic, and a mark for what its font lacks', async () => {
    const [{ uid }] = await invoicesOf(late);
    const pages = pdfPages((await pdfOf(late, uid)).pdf);
    for (const text of [
      'Müller & Søn',
      'Żółć & Ðặng Ακρόπολις',
      'вул. Хрещатик 22',
      'Tax number: UA123456',
      '\ufffd'.repeat(4),
    ])
      expect(pages[0]).toContain(text);
    expect(pages.at(-1)).toContain('\ufffd stands for a character');
  });

  test('is the same file each time', async () => {
    const [{ uid }] = await invoicesOf(steady);
    const [first, second] = [await pdfOf(steady, uid), await pdfOf(steady, uid)];
    expect(first.pdf.equals(second.pdf)).toBe(true);
    expect(pdfPages(first.pdf).join('')).not.toContain('\ufffd');
  });
});
