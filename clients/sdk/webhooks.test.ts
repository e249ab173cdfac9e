// Which deliveries a receiver may believe.
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from './index.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes long').toString('base64')}`;
const other = `whsec_${Buffer.from('another secret, as long as it is').toString('base64')}`;
const body = JSON.stringify({ id: 'e1', type: 'mailbox.created', subject: { type: 'mailbox', id: 'm1' } });

/** The headers of a delivery, signed by the reference implementation of the standard. */
const signed = (by: string, at = new Date(), text = body) => ({
  'webhook-id': 'd1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(by).sign('d1', at, text),
});

test('what the standard’s own library signs is believed, as text and as bytes, from either kind of headers', async () => {
  const headers = signed(secret);
  expect(await verifyWebhook({ body, headers, secret })).toMatchObject({ id: 'e1' });
  const bytes = new TextEncoder().encode(body);
  expect(await verifyWebhook({ body: bytes, headers: new Headers(headers), secret })).toMatchObject({
    id: 'e1',
  });
});

test('while a secret is being replaced, either signs', async () => {
  const both = `${signed(other)['webhook-signature']} ${signed(secret)['webhook-signature']}`;
  const headers = { ...signed(secret), 'webhook-signature': both };
  expect(await verifyWebhook({ body, headers, secret })).toMatchObject({ id: 'e1' });
  expect(await verifyWebhook({ body, headers: signed(other), secret: [secret, other] })).toMatchObject({
    id: 'e1',
  });
});

test.each([
  ['signed with another secret', { body, headers: signed(other) }],
  ['changed on the way', { body: body.replace('m1', 'm2'), headers: signed(secret) }],
  ['another delivery’s signature', { body, headers: { ...signed(secret), 'webhook-id': 'd2' } }],
  ['replayed ten minutes later', { body, headers: signed(secret, new Date(Date.now() - 600_000)) }],
  ['sent from the future', { body, headers: signed(secret, new Date(Date.now() + 600_000)) }],
  ['without a time', { body, headers: { ...signed(secret), 'webhook-timestamp': 'soon' } }],
  ['without a signature', { body, headers: { ...signed(secret), 'webhook-signature': '' } }],
  [
    'with a signature that is no base64',
    { body, headers: { ...signed(secret), 'webhook-signature': 'v1,%%' } },
  ],
])('a delivery that was %s is not believed', async (_what, delivery) => {
  await expect(verifyWebhook({ ...delivery, secret })).rejects.toThrow(WebhookVerificationError);
});
