// The built-in bank's pages as HTML: one column that a phone can show, labels on everything, no script, no request to
// anywhere else.
import { type Html, html, strictPolicy } from '../../protocols/html.ts';
import type { CardAnswer } from './payment-pages.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 0 auto; padding: 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem 0; text-align: start; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); overflow-wrap: anywhere; }
td.amount, th.amount { text-align: end; white-space: nowrap; padding-inline-start: 1rem; }
fieldset { margin: 1rem 0; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); border-radius: .5rem; }
label { display: block; padding: .3rem 0; }
button, a.button { font: inherit; padding: .6rem 1.2rem; margin: .25rem .25rem .25rem 0; min-height: 2.75rem; border-radius: .5rem; border: 1px solid; cursor: pointer; }
.note { border-inline-start: .25rem solid; padding-inline-start: .75rem; }
`;

const SECURITY = strictPolicy(STYLE);

export const htmlPage = (status: number, page: Html): Response =>
  new Response(page.html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': SECURITY,
      // The address is a key: no other site is told it, and nothing keeps the page.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    },
  });

const layout = (title: string, body: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;

export const messagePage = (title: string, text: string): Html => layout(title, html`<p>${text}</p>`);

const dollars = (cents: number): string =>
  (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
const time = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const back = (returnUrl: string | null): Html | null =>
  returnUrl === null ? null : html`<p><a class="button" href="${returnUrl}">Go back</a></p>`;

const cards: [CardAnswer, string][] = [
  ['pays', '4242 4242 4242 4242: pays, now and later'],
  ['declined', '4000 0000 0000 0341: pays now, is declined later'],
  ['needs_customer', '4000 0027 6000 3184: pays now, later the bank asks for you'],
];

const cardChoice = (chosen: CardAnswer): Html => html`<fieldset><legend>Test card</legend>
${cards.map(
  ([answer, label]) =>
    html`<label><input type="radio" name="card" value="${answer}"${answer === chosen ? html` checked` : null}> ${label}</label>
`,
)}</fieldset>`;

export const checkoutPage = (checkout: {
  status: 'open' | 'succeeded' | 'expired';
  customer: string;
  lines: readonly { description: string; amountCents: number }[];
  amountCents: number;
  failure: string | null;
  keepMethod: boolean;
  returnUrl: string | null;
  expiresAt: Date;
}): Html => {
  const { status, returnUrl } = checkout;
  const bill = html`<p>For ${checkout.customer}</p>
<table>
<caption>What you pay for</caption>
<thead><tr><th scope="col">Item</th><th scope="col" class="amount">Price</th></tr></thead>
<tbody>
${checkout.lines.map(
  (line) =>
    html`<tr><td>${line.description}</td><td class="amount">${dollars(line.amountCents)}</td></tr>
`,
)}</tbody>
<tfoot><tr><th scope="row">Total</th><td class="amount"><strong>${dollars(checkout.amountCents)}</strong></td></tr></tfoot>
</table>`;
  if (status === 'succeeded') {
    return layout(
      'Paid',
      html`<p role="status">Thank you: ${dollars(checkout.amountCents)} is paid.</p>${bill}${back(returnUrl)}`,
    );
  }
  if (status === 'expired') {
    return layout(
      'No longer open',
      html`<p role="status">This payment was cancelled or its time is over. Nothing was taken.</p>${bill}${back(returnUrl)}`,
    );
  }
  return layout(
    `Pay ${dollars(checkout.amountCents)}`,
    html`${checkout.failure && html`<p role="alert" class="note">${checkout.failure} Nothing was taken; you can try again.</p>`}
${bill}
<p class="note">This is a test bank: no money moves. Open until ${time(checkout.expiresAt)}.</p>
<form method="post">
${cardChoice('pays')}
${checkout.keepMethod ? html`<label><input type="checkbox" name="keep" value="yes" checked> Keep this card for automatic top-ups</label>` : null}
<p><button name="action" value="pay">Pay ${dollars(checkout.amountCents)}</button>
<button name="action" value="fail">Let the card be declined</button>
<button name="action" value="cancel">Cancel</button></p>
</form>`,
  );
};

export const portalPage = (portal: {
  customer: string;
  returnUrl: string | null;
  card: { label: string; answer: CardAnswer } | null;
  payments: readonly {
    id: string;
    createdAt: Date;
    description: string;
    amountCents: number;
    status: string;
    reason: string | null;
    refundedCents: number;
    disputedCents: number;
  }[];
}): Html =>
  layout(
    'Payments',
    html`<p>Of ${portal.customer}</p>
<h2>Payment method</h2>
<p>${portal.card ? `${portal.card.label} is used for automatic top-ups.` : 'No card is stored, so nothing is topped up by itself.'}</p>
<form method="post">
${cardChoice(portal.card?.answer ?? 'pays')}
<p><button name="action" value="store">Store this card</button>
${portal.card && html`<button name="action" value="remove">Remove the stored card</button>`}</p>
</form>
<h2>Past payments</h2>
${portal.payments.length === 0 ? html`<p>There are none.</p>` : null}
${portal.payments.map(
  (payment) => html`<section aria-label="${payment.description}">
<p><strong>${dollars(payment.amountCents)}</strong> ${payment.description}<br>
${time(payment.createdAt)}: ${payment.status}${payment.reason && `, ${payment.reason}`}${
    payment.refundedCents > 0 ? `, ${dollars(payment.refundedCents)} refunded` : null
  }${payment.disputedCents > 0 ? `, ${dollars(payment.disputedCents)} disputed` : null}</p>
${
  payment.status === 'succeeded' && payment.refundedCents < payment.amountCents
    ? html`<form method="post"><input type="hidden" name="payment" value="${payment.id}">
${
  payment.disputedCents > 0
    ? html`<button name="action" value="win">Take the dispute back</button>`
    : html`<button name="action" value="refund">Refund</button>
<button name="action" value="dispute">Dispute at the bank</button>`
}</form>`
    : null
}</section>
`,
)}
${back(portal.returnUrl)}`,
  );
