// The fake Stripe refuses what Stripe documents that it refuses, so that a request which passes here passes there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_VERSION } from './client.ts';
import { startFake } from './fake.ts';
import { createFakePayments } from './fake-payments.ts';

let fake: Awaited<ReturnType<typeof startFake>>;
let customer: string;

type Sent = { headers?: Record<string, string | null>; body?: string };
const send = async (path: string, params: Record<string, string>, { headers = {}, body }: Sent = {}) => {
  const all: Record<string, string | null> = {
    authorization: `Bearer ${fake.secretKey}`,
    'stripe-version': API_VERSION,
    'content-type': 'application/x-www-form-urlencoded',
    'idempotency-key': crypto.randomUUID(),
    ...headers,
  };
  const response = await fetch(fake.baseUrl + path, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
    body: body ?? new URLSearchParams(params).toString(),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever it answers
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};

const session = () => ({
  mode: 'payment',
  customer,
  client_reference_id: 'ours',
  'metadata[reference]': 'ours',
  'line_items[0][quantity]': '1',
  'line_items[0][price_data][currency]': 'usd',
  'line_items[0][price_data][unit_amount]': '500',
  'line_items[0][price_data][product_data][name]': '5 credits',
  success_url: 'https://inboxkit.example/done',
  expires_at: String(Math.floor(Date.now() / 1000) + 3600),
});

beforeAll(async () => {
  fake = await startFake(createFakePayments().routes);
  const made = await send('/v1/customers', { name: 'Northpeak', 'metadata[reference]': 'ours' });
  expect(made.status).toBe(200);
  customer = made.body.id;
});
afterAll(() => fake.close());

describe('the fake Stripe', () => {
  test('takes the request that the others here differ from in one thing', async () => {
    expect((await send('/v1/checkout/sessions', session())).status).toBe(200);
  });

  test.each([
    ['a parameter that it does not know', { amount: '5' }, 'parameter_unknown', 'amount'],
    ['another mode', { mode: 'gift' }, undefined, 'mode'],
    [
      'an amount with a fraction',
      { 'line_items[0][price_data][unit_amount]': '4.5' },
      undefined,
      /unit_amount/,
    ],
    ['an address that is none', { success_url: 'done' }, 'url_invalid', 'success_url'],
    ['a customer that it does not have', { customer: 'cus_other' }, 'resource_missing', undefined],
    ['metadata that is too long', { 'metadata[reference]': 'x'.repeat(501) }, undefined, /metadata/],
    [
      'an end in a month',
      { expires_at: String(Math.floor(Date.now() / 1000) + 2_592_000) },
      undefined,
      undefined,
    ],
    [
      'a sum below half a dollar',
      { 'line_items[0][price_data][unit_amount]': '49' },
      'amount_too_small',
      undefined,
    ],
  ])('refuses %s', async (_what, change, code, param) => {
    const { status, body } = await send('/v1/checkout/sessions', { ...session(), ...change });
    expect([400, 404]).toContain(status);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', ...(code && { code }) });
    if (param) expect(body.error.param).toMatch(param);
  });

  test('refuses a session without any one of what it needs', async () => {
    const needed = Object.keys(session()).filter((name) => !/metadata|expires_at/.test(name));
    for (const name of needed) {
      const { [name]: _, ...rest } = session() as Record<string, string>;
      const { status, body } = await send('/v1/checkout/sessions', rest);
      expect([status, body.error.code, body.error.param]).toEqual([400, 'parameter_missing', name]);
    }
  });

  test('refuses more than a hundred lines', async () => {
    const lines = Object.fromEntries(
      Array.from({ length: 101 }, (_, at) => [
        [`line_items[${at}][quantity]`, '1'],
        [`line_items[${at}][price_data][currency]`, 'usd'],
        [`line_items[${at}][price_data][unit_amount]`, '100'],
        [`line_items[${at}][price_data][product_data][name]`, 'x'],
      ]).flat(),
    );
    expect((await send('/v1/checkout/sessions', { ...session(), ...lines })).body.error.param).toBe(
      'line_items',
    );
  });

  test.each([
    ['another key', { authorization: 'Bearer sk_test_other' }, 401],
    ['no version', { 'stripe-version': null }, 400],
    ['another version', { 'stripe-version': '2020-08-27' }, 400],
    ['JSON', { 'content-type': 'application/json' }, 400],
    ['no idempotency key', { 'idempotency-key': null }, 400],
    ['an idempotency key that is too long', { 'idempotency-key': 'x'.repeat(256) }, 400],
  ])('refuses a request with %s', async (_what, headers, status) => {
    expect((await send('/v1/checkout/sessions', session(), { headers })).status).toBe(status);
  });

  test('answers the same under the same key, and refuses the key for anything else', async () => {
    const headers = { 'idempotency-key': 'a key' };
    const sent = session();
    const first = await send('/v1/checkout/sessions', sent, { headers });
    const again = await send('/v1/checkout/sessions', sent, { headers });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await send(
      '/v1/checkout/sessions',
      { ...sent, 'line_items[0][quantity]': '2' },
      { headers },
    );
    expect([other.status, other.body.error.type]).toEqual([400, 'idempotency_error']);
  });
});
