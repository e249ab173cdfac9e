// Receipts of payments, through the API.
import { expect, test } from 'vitest';
import { pay } from '../../testing/bank.ts';
import { askUntil } from '../../testing/follow.ts';
import { pdfPages } from '../../testing/pdf-text.ts';
import { addTeam } from '../../testing/second-team.ts';
import { useInstallation } from '../../testing/test-installation.ts';
import { printReceipt } from './receipt.ts';

const api = useInstallation();

test('a payment has a receipt once it is paid: as JSON, as a page and as a PDF', async () => {
  const team = await addTeam(api.installation, 0);
  const as = { key: team.key };
  const buyer = { name: 'Northpeak & Söhne', address_lines: ['Hafenstraße 1'], country: 'DE' };
  await api.call('PUT', '/billing/invoice-buyer', buyer, as);
  const { body } = await api.post('/billing/wallet/add-credits', { credits: 150 }, as);
  const path = `/billing/payments/${body.payment.uid}/receipt`;
  const early = await api.get(path, as);
  expect([early.status, early.body.code]).toEqual([409, 'payment_not_paid']);
  await pay(body.url);
  const { receipt } = (
    await askUntil(
      () => api.get(path, as),
      ({ status }) => status === 200,
    )
  ).body;
  expect(receipt).toMatchObject({
    payment_uid: body.payment.uid,
    buyer: 'Northpeak & Söhne\nHafenstraße 1',
    currency: 'usd',
    lines: [{ description: '150 credits', amount: 150 }],
    paid: 150,
    refunded: 0,
    credits: 150,
  });
  const file = (format: string) =>
    fetch(`${api.installation.baseUrl}/v1/api${path}?format=${format}`, {
      headers: { authorization: `Bearer ${team.key}` },
    });
  const page = await (await file('html')).text();
  for (const text of ['Northpeak &amp; Söhne', '150 credits', '150.00', 'Paid']) expect(page).toContain(text);
  const pdf = await file('pdf');
  expect(pdf.headers.get('content-disposition')).toContain(`receipt-${body.payment.uid}.pdf`);
  const text = pdfPages(Buffer.from(await pdf.arrayBuffer())).join('\n');
  for (const part of ['Northpeak & Söhne', '150 credits', '150.00']) expect(text).toContain(part);

  const stranger = await addTeam(api.installation, 0);
  const theirs = await api.get(path, { key: stranger.key });
  expect([theirs.status, theirs.body.code]).toEqual([404, 'payment_not_found']);
});

test('a receipt says what was really paid, and what was given back since', () => {
  const printed = printReceipt(
    {
      uid: 'x',
      lines: [{ description: '10 credits', amountCents: 1_000 }],
      amountCents: 1_000,
      creditedMicros: 12_000_000,
      refundedCents: 500,
      disputedCents: 0,
      paidAt: new Date('2026-11-27T10:00:00.000Z'),
    },
    { seller: 'A', buyer: 'B' },
  );
  expect(printed.rows.map(({ amount }) => amount)).toEqual(['10.00', '2.00']);
  expect(printed.totals).toEqual([
    ['Paid', '12.00'],
    ['Refunded', '-5.00'],
    ['Kept', '7.00'],
  ]);
});
