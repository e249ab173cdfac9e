// An invoice or a receipt as a page that prints on paper.
import { labels, type PrintedDocument } from './print.ts';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char]!);

export const documentHtml = (document: PrintedDocument): string => {
  const { title, seller, buyer, period, columns, rows, totals, note } = document;
  const printed = rows.map(
    ({ day, description, amount }) =>
      `<tr><td>${day}</td><td>${escapeHtml(description)}</td><td>${amount}</td></tr>`,
  );
  const footer = totals.map(([label, amount], at) => {
    const cell = at === totals.length - 1 ? 'th' : 'td';
    return `<tr><${cell}></${cell}><${cell}>${escapeHtml(label)}</${cell}><${cell}>${amount}</${cell}></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th:last-child, td:last-child { text-align: right; white-space: nowrap; }
p { white-space: pre-line; }
</style>
</head>
<body>
<h1>${title}</h1>
<p>${labels.seller}:
${escapeHtml(seller)}</p>
<p>${labels.buyer}:
${escapeHtml(buyer)}</p>
<p>${period}</p>
<table>
<thead><tr><th>${columns.day}</th><th>${columns.description}</th><th>${columns.amount}</th></tr></thead>
<tbody>
${printed.join('\n')}
</tbody>
<tfoot>
${footer.join('\n')}
</tfoot>
</table>
${note === null ? '' : `<p>${escapeHtml(note)}</p>\n`}</body>
</html>
`;
};
