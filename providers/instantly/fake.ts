// A server that behaves like Instantly's API v2 on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const warmup: Shape = {
  'limit?': 'number',
  'increment?': ['disabled', '0', '1', '2', '3', '4'],
  'reply_rate?': 'number',
  'warmup_custom_ftag?': 'string',
};
const limits: Shape = {
  'daily_limit?': 'number',
  'sending_gap?': 'number',
  'enable_slow_ramp?': 'boolean',
  'signature?': 'string',
  'warmup?': warmup,
};
const account: Shape = {
  email: 'string',
  first_name: 'string',
  last_name: 'string',
  provider_code: [1, 2, 3, 4, 8, 11],
  imap_username: 'string',
  imap_password: 'string',
  imap_host: 'string',
  imap_port: 'number',
  smtp_username: 'string',
  smtp_password: 'string',
  smtp_host: 'string',
  smtp_port: 'number',
  ...limits,
};
const refuse = (status: number, message: string) => ({
  status,
  body: { statusCode: status, error: 'Error', message },
});

export const startFake = async (apiKey = 'instantly-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 2, newId: (_, address) => address });
  const row = (mailbox: HeldMailbox) => ({
    email: mailbox.address,
    first_name: mailbox.firstName,
    last_name: mailbox.lastName,
    status: mailbox.state === 'disconnected' ? -1 : 1,
    setup_pending: mailbox.state === 'connecting',
    status_message: mailbox.words === null ? null : { e_message: mailbox.words, responseCode: 535 },
    daily_limit: mailbox.dailyLimit,
    warmup_status: mailbox.warmup?.enabled ? 1 : 0,
  });
  const unknown = () => refuse(404, 'Account not found');
  const switchWarmup =
    (enabled: boolean): FakeRoute['answer'] =>
    ({ body }) => {
      for (const email of body.emails) {
        const mailbox = held.byAddress(email);
        if (mailbox) mailbox.warmup = { dailyLimit: null, ...mailbox.warmup, enabled };
      }
      return { status: 200, body: { id: crypto.randomUUID(), status: 'pending', type: 'update-warmup' } };
    };
  const one = /^\/api\/v2\/accounts\/([^/]+)$/;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/api\/v2\/accounts$/,
      changes: false,
      answer: ({ query }) => {
        const limit = Number(query.get('limit') ?? 10);
        if (limit > 100) return refuse(400, 'querystring/limit must be <= 100');
        const all = [...held.mailboxes.values()];
        const after = query.get('starting_after');
        const start = after === null ? 0 : all.findIndex(({ address }) => address === after) + 1;
        const items = all.slice(start, start + limit).map((mailbox) => row(held.look(mailbox)));
        const isLast = start + limit >= all.length;
        return { status: 200, body: { items, next_starting_after: isLast ? null : items.at(-1)!.email } };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/accounts$/,
      changes: true,
      takes: account,
      answer: ({ body }) => {
        // Another code than that of custom servers makes an account that never works.
        if (body.provider_code !== 1) return refuse(400, 'This account must be connected with OAuth');
        const mailbox = held.put({
          address: body.email,
          firstName: body.first_name,
          lastName: body.last_name,
          password: body.smtp_password,
          dailyLimit: body.daily_limit,
        });
        return { status: 200, body: row(mailbox) };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/accounts\/warmup\/enable$/,
      changes: true,
      takes: { emails: 'strings' },
      answer: switchWarmup(true),
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/accounts\/warmup\/disable$/,
      changes: true,
      takes: { emails: 'strings' },
      answer: switchWarmup(false),
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/accounts\/([^/]+)\/mark-fixed$/,
      changes: true,
      answer: ({ parts: [email = ''] }) =>
        held.byAddress(email) ? { status: 200, body: { success: true } } : unknown(),
    },
    {
      method: 'GET',
      path: one,
      changes: false,
      answer: ({ parts: [email = ''] }) => {
        const mailbox = held.byAddress(email);
        return mailbox ? { status: 200, body: row(held.look(mailbox)) } : unknown();
      },
    },
    {
      method: 'PATCH',
      path: one,
      changes: true,
      takes: limits,
      answer: ({ parts: [email = ''], body }) => {
        const mailbox = held.byAddress(email);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.daily_limit ?? mailbox.dailyLimit;
        if (body.warmup?.limit !== undefined) {
          mailbox.warmup = { enabled: mailbox.warmup?.enabled ?? false, dailyLimit: body.warmup.limit };
        }
        return { status: 200, body: row(mailbox) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      changes: true,
      answer: ({ parts: [email = ''] }) => {
        const mailbox = held.byAddress(email);
        if (!mailbox) return unknown();
        held.remove(mailbox.address);
        return { status: 200, body: row(mailbox) };
      },
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) =>
      headers.authorization === `Bearer ${apiKey}` ? null : refuse(401, 'Invalid API key'),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
