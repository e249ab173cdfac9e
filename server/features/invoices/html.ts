// An invoice as a page that prints on paper.
import { microsToCredits } from '../price-book/index.ts';
import type { Invoice } from './invoice.ts';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char]!);

/** Amounts have two decimals, and more only where they are needed. */
const amount = (micros: number): string => {
  const text = microsToCredits(micros).toFixed(6);
  return text.replace(/0{1,4}$/, '');
};

export const invoiceHtml = (invoice: Invoice): string => {
  const day = (date: Date | string) => new Date(date).toISOString().slice(0, 10);
  const lastDay = day(new Date(invoice.periodEnd.getTime() - 1));
  const rows = invoice.lines.map(
    ({ description, amountMicros, at }) =>
      `<tr><td>${day(at)}</td><td>${escapeHtml(description)}</td><td>${amount(amountMicros)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Invoice ${invoice.number}</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th:last-child, td:last-child { text-align: right; white-space: nowrap; }
p { white-space: pre-line; }
</style>
</head>
<body>
<h1>Invoice ${invoice.number}</h1>
<p>${escapeHtml(invoice.seller)}</p>
<p>To: ${escapeHtml(invoice.buyer)}</p>
<p>Issued ${day(invoice.issuedAt)} for ${day(invoice.periodStart)} to ${lastDay}. Paid from the wallet.</p>
<table>
<thead><tr><th>Day</th><th>For</th><th>Credits</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
<tfoot>
<tr><td></td><td>Tax</td><td>${amount(invoice.taxMicros)}</td></tr>
<tr><th></th><th>Total (1 credit = 1 USD)</th><th>${amount(invoice.totalMicros)}</th></tr>
</tfoot>
</table>
</body>
</html>
`;
};
