// A server that behaves like Snov.io's API v2 on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const leg: Shape = { host: 'string', port: 'number', encryption: ['none', 'ssl', 'tls'] };
const optional: Shape = {
  'imap?': leg,
  'reply_to?': 'string',
  'limitation?': 'number',
  'delay_type?': ['fixed', 'random'],
  'signature?': 'string',
  'tags?': 'strings',
};
const toCreate: Shape = {
  sender_name: 'string',
  email_from: 'string',
  password: 'string',
  smtp: leg,
  ...optional,
};
const toChange: Shape = {
  'sender_name?': 'string',
  'email_from?': 'string',
  'password?': 'string',
  'smtp?': leg,
  ...optional,
};
const warmup: Shape = {
  strategy: ['progressive', 'steady'],
  'per_day?': 'number',
  'increase?': 'number',
  'reply_rate?': 'number',
};
const refuse = (status: number, message: string) => ({ status, body: { message } });
/** What goes with each port. */
const encryptionOf: Readonly<Record<number, string>> = { 465: 'ssl', 587: 'tls', 25: 'none' };

export const startFake = async (secret = 'snov-fake-secret'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const token = `token-of-${secret}`;
  const states = { connecting: 'pending', connected: 'valid', disconnected: 'invalid' } as const;
  const legs = (mailbox: HeldMailbox) => ({
    smtp: { status: states[mailbox.state], errors: mailbox.words === null ? [] : [mailbox.words] },
    imap: { status: states[mailbox.state], errors: [] },
  });
  const row = (mailbox: HeldMailbox) => ({
    id: Number(mailbox.id),
    email_from: mailbox.address,
    limitation: mailbox.dailyLimit,
    ...legs(mailbox),
  });
  const unknown = () => refuse(404, 'Sender account not found');
  const save = (mailbox: { address: string } & Partial<HeldMailbox>, body: Record<string, string>) => {
    const [firstName = '', ...rest] = (body.sender_name ?? '').split(' ');
    const dailyLimit = Number(body.limitation ?? mailbox.dailyLimit ?? 50);
    return held.put({
      address: mailbox.address,
      firstName,
      lastName: rest.join(' '),
      password: body.password!,
      dailyLimit,
    });
  };
  const routes: FakeRoute[] = [
    {
      method: 'POST',
      path: /^\/v1\/oauth\/access_token$/,
      changes: false,
      takes: { grant_type: ['client_credentials'], client_id: 'string', client_secret: 'string' },
      answer: ({ body }) =>
        body.client_secret === secret
          ? { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } }
          : refuse(401, 'The user credentials were incorrect.'),
    },
    {
      method: 'GET',
      path: /^\/v2\/sender-accounts\/emails$/,
      changes: false,
      answer: () => ({
        status: 200,
        body: { data: [...held.mailboxes.values()].map((mailbox) => row(held.look(mailbox))) },
      }),
    },
    {
      method: 'POST',
      path: /^\/v2\/sender-accounts\/emails$/,
      changes: true,
      takes: toCreate,
      answer: ({ body }) => {
        if (held.isThere(body.email_from)) return refuse(422, 'This email account was already added');
        if (encryptionOf[body.smtp.port] !== body.smtp.encryption) {
          return refuse(422, 'The smtp.encryption does not go with the port');
        }
        return { status: 201, body: { data: row(save({ address: body.email_from }, body)) } };
      },
    },
    {
      method: 'PATCH',
      path: /^\/v2\/sender-accounts\/emails\/(\d+)$/,
      changes: true,
      takes: toChange,
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.limitation ?? mailbox.dailyLimit;
        return { status: 200, body: { data: row(body.password ? save(mailbox, body) : mailbox) } };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/sender-accounts\/check-sender-status$/,
      changes: false,
      answer: ({ query }) => {
        const mailbox = held.byId(query.get('sender_account_id') ?? '');
        return mailbox ? { status: 200, body: { data: legs(held.look(mailbox)) } } : unknown();
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/warm-up$/,
      changes: false,
      answer: () => ({
        status: 200,
        body: {
          data: [...held.mailboxes.values()]
            .filter((mailbox) => mailbox.warmup?.enabled)
            .map(({ id }) => ({ id: Number(id), sender_account_id: Number(id) })),
        },
      }),
    },
    {
      method: 'POST',
      path: /^\/v2\/warm-up$/,
      changes: true,
      takes: { sender_account_id: 'number', ...warmup },
      answer: ({ body }) => {
        const mailbox = held.byId(String(body.sender_account_id));
        if (!mailbox) return unknown();
        mailbox.warmup = { enabled: true, dailyLimit: body.per_day ?? null };
        return { status: 201, body: { data: { id: Number(mailbox.id) } } };
      },
    },
    {
      method: 'PATCH',
      path: /^\/v2\/warm-up\/(\d+)$/,
      changes: true,
      takes: warmup,
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox?.warmup) return unknown();
        mailbox.warmup.dailyLimit = body.per_day ?? mailbox.warmup.dailyLimit;
        return { status: 200, body: { data: { id: Number(id) } } };
      },
    },
    {
      method: 'DELETE',
      path: /^\/v2\/warm-up\/(\d+)$/,
      changes: true,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        if (!mailbox?.warmup) return unknown();
        mailbox.warmup.enabled = false;
        return { status: 204 };
      },
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }, path) =>
      path === '/v1/oauth/access_token' || headers.authorization === `Bearer ${token}`
        ? null
        : refuse(401, 'Unauthenticated.'),
  });
  return {
    ...wire,
    held,
    credential: { api_user: 'c57a0459', api_secret: secret },
    wrongCredential: { api_user: 'c57a0459', api_secret: 'nobodys-secret' },
  };
};
