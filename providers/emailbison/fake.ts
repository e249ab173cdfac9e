// A server that behaves like an instance of EmailBison on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, startFakeWire } from '../contracts/fake-wire.ts';

const refuse = (status: number, message: string) => ({
  status,
  body: { data: { success: false, message } },
});

export const startFake = async (apiKey = 'emailbison-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const states = { connecting: 'Connecting', connected: 'Connected', disconnected: 'Not connected' } as const;
  const row = (mailbox: HeldMailbox) => ({
    id: Number(mailbox.id),
    email: mailbox.address,
    name: `${mailbox.firstName} ${mailbox.lastName}`,
    status: states[mailbox.state],
    daily_limit: mailbox.dailyLimit,
    warmup_enabled: mailbox.warmup?.enabled ?? false,
  });
  const unknown = () => refuse(404, 'The record could not be found');
  const switchWarmup =
    (enabled: boolean): FakeRoute['answer'] =>
    ({ body }) => {
      for (const id of body.sender_email_ids) {
        const mailbox = held.byId(String(id));
        if (mailbox) mailbox.warmup = { dailyLimit: mailbox.warmup?.dailyLimit ?? null, enabled };
      }
      return { status: 200, body: { data: { success: true } } };
    };
  const one = /^\/api\/sender-emails\/(\d+)$/;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/api\/sender-emails$/,
      changes: false,
      answer: ({ query }) => {
        const size = Number(query.get('per_page') ?? 15);
        const page = Number(query.get('page') ?? 1);
        const search = query.get('search') ?? '';
        const matching = [...held.mailboxes.values()].filter(({ address }) => address.includes(search));
        const rows = matching.slice((page - 1) * size, page * size);
        const lastPage = Math.max(1, Math.ceil(matching.length / size));
        const data = rows.map((mailbox) => row(held.look(mailbox)));
        return { status: 200, body: { data, meta: { current_page: page, last_page: lastPage } } };
      },
    },
    {
      method: 'POST',
      path: /^\/api\/sender-emails\/imap-smtp$/,
      changes: true,
      takes: {
        name: 'string',
        email: 'string',
        password: 'string',
        imap_server: 'string',
        imap_port: 'number',
        smtp_server: 'string',
        smtp_port: 'number',
        'smtp_secure?': 'boolean',
        'imap_secure?': 'boolean',
        'email_signature?': 'string',
      },
      answer: ({ body }) => {
        if (held.isThere(body.email)) return refuse(422, 'The email has already been taken.');
        const [firstName = '', ...rest] = body.name.split(' ');
        const lastName = rest.join(' ');
        const mailbox = held.put({ address: body.email, firstName, lastName, password: body.password });
        return { status: 201, body: { data: row(mailbox) } };
      },
    },
    {
      method: 'GET',
      path: one,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        return mailbox ? { status: 200, body: { data: row(held.look(mailbox)) } } : unknown();
      },
    },
    {
      method: 'PATCH',
      path: one,
      changes: true,
      takes: { 'daily_limit?': 'number', 'name?': 'string', 'email_signature?': 'string' },
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.daily_limit ?? mailbox.dailyLimit;
        return { status: 200, body: { data: row(mailbox) } };
      },
    },
    {
      method: 'PATCH',
      path: /^\/api\/warmup\/sender-emails\/enable$/,
      changes: true,
      takes: { sender_email_ids: 'numbers' },
      answer: switchWarmup(true),
    },
    {
      method: 'PATCH',
      path: /^\/api\/warmup\/sender-emails\/disable$/,
      changes: true,
      takes: { sender_email_ids: 'numbers' },
      answer: switchWarmup(false),
    },
    {
      method: 'PATCH',
      path: /^\/api\/warmup\/sender-emails\/update-daily-warmup-limits$/,
      changes: true,
      takes: { sender_email_ids: 'numbers', daily_limit: 'number' },
      answer: ({ body }) => {
        for (const id of body.sender_email_ids) {
          const mailbox = held.byId(String(id));
          if (mailbox?.warmup) mailbox.warmup.dailyLimit = body.daily_limit;
        }
        return { status: 200, body: { data: { success: true } } };
      },
    },
    {
      method: 'DELETE',
      path: one,
      changes: true,
      answer: ({ parts: [id = ''] }) =>
        held.remove(id) ? { status: 200, body: { data: { success: true } } } : unknown(),
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) =>
      headers.authorization === `Bearer ${apiKey}` ? null : refuse(401, 'Unauthenticated.'),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
