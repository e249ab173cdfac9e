// A server that behaves like ManyReach's API v2 on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeBody, type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const optional: Shape = {
  'customSmtpUsername?': 'string',
  'customImapUsername?': 'string',
  'firstName?': 'string',
  'lastName?': 'string',
  'fromName?': 'string',
  'warmup?': 'boolean',
  'warmupDailyLimit?': 'number',
  'warmupDailyLimitIncrease?': 'number',
  'warmupReplyPercent?': 'number',
};
const required = [
  ['customSmtpServer', 'string'],
  ['customSmtpPort', 'number'],
  ['customSmtpPass', 'string'],
  ['customImapServer', 'string'],
  ['customImapPort', 'number'],
  ['customImapPass', 'string'],
  ['dailyLimit', 'number'],
] as const;
const toCreate: Shape = { email: 'string', ...Object.fromEntries(required), ...optional };
const toChange: Shape = {
  ...Object.fromEntries(required.map(([name, type]) => [`${name}?`, type])),
  ...optional,
};
const refuse = (status: number, message: string) => ({ status, body: { message } });

export const startFake = async (apiKey = 'manyreach-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const states = { connecting: 'Pending', connected: 'Active', disconnected: 'Error' } as const;
  const row = (mailbox: HeldMailbox) => ({
    id: Number(mailbox.id),
    email: mailbox.address,
    status: states[mailbox.state],
    dailyLimit: mailbox.dailyLimit,
  });
  const unknown = () => refuse(404, 'Sender not found');
  const limits = (mailbox: HeldMailbox, body: FakeBody) => {
    mailbox.dailyLimit = body.dailyLimit ?? mailbox.dailyLimit;
    if (body.warmup !== undefined) {
      mailbox.warmup = { enabled: body.warmup, dailyLimit: body.warmupDailyLimit ?? null };
    }
    return mailbox;
  };
  const save = (address: string, body: FakeBody) =>
    limits(
      held.put({
        address,
        firstName: body.firstName ?? '',
        lastName: body.lastName ?? '',
        password: body.customSmtpPass,
      }),
      body,
    );
  const one = /^\/senders\/(\d+)$/;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/senders$/,
      changes: false,
      answer: ({ query }) => {
        const limit = Number(query.get('limit') ?? 20);
        const rows = held.page((Number(query.get('page') ?? 1) - 1) * limit, limit);
        const items = rows.map((mailbox) => row(held.look(mailbox)));
        return { status: 200, body: { items, pageCount: Math.ceil(held.mailboxes.size / limit) } };
      },
    },
    {
      method: 'POST',
      path: /^\/senders$/,
      changes: true,
      takes: toCreate,
      answer: ({ body }) =>
        held.isThere(body.email)
          ? refuse(400, 'Sender already exists')
          : { status: 201, body: row(save(body.email, body)) },
    },
    {
      method: 'GET',
      path: /^\/senders\/(\d+)\/errors$/,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        return { status: 200, body: { items: mailbox.words === null ? [] : [{ message: mailbox.words }] } };
      },
    },
    {
      method: 'GET',
      path: one,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        return mailbox ? { status: 200, body: row(held.look(mailbox)) } : unknown();
      },
    },
    {
      method: 'PATCH',
      path: one,
      changes: true,
      takes: toChange,
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        const changed = body.customSmtpPass ? save(mailbox.address, body) : limits(mailbox, body);
        return { status: 200, body: row(changed) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      changes: true,
      answer: ({ parts: [id = ''] }) => (held.remove(id) ? { status: 204 } : unknown()),
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) => (headers['x-api-key'] === apiKey ? null : refuse(401, 'Invalid API key')),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
