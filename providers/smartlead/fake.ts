// A server that behaves like Smartlead's API on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const warmup: Shape = {
  warmup_enabled: 'boolean',
  'total_warmup_per_day?': 'number',
  'daily_rampup?': 'number',
  'reply_rate_percentage?': 'number',
};
const account: Shape = {
  from_name: 'string',
  from_email: 'string',
  user_name: 'string',
  password: 'string',
  smtp_host: 'string',
  smtp_port: 'number',
  imap_host: 'string',
  imap_port: 'number',
  'smtp_port_type?': ['TLS', 'SSL', 'STARTTLS'],
  'imap_port_type?': ['TLS', 'SSL', 'STARTTLS'],
  'imap_user_name?': 'string',
  'imap_password?': 'string',
  'max_email_per_day?': 'number',
  'type?': ['GMAIL', 'OUTLOOK', 'SMTP'],
  ...warmup,
};
const refuse = (status: number, message: string) => ({ status, body: { ok: false, message } });

export const startFake = async (apiKey = 'smartlead-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const row = (mailbox: HeldMailbox) => {
    const tried = mailbox.state !== 'connecting';
    return {
      id: Number(mailbox.id),
      from_email: mailbox.address,
      from_name: `${mailbox.firstName} ${mailbox.lastName}`,
      // It gives passwords away to whoever reads an account.
      password: mailbox.password,
      is_smtp_success: tried ? mailbox.state === 'connected' : null,
      is_imap_success: tried ? mailbox.state === 'connected' : null,
      smtp_failure_error: mailbox.words,
      imap_failure_error: null,
      message_per_day: mailbox.dailyLimit,
    };
  };
  const unknown = () => refuse(404, 'Email account not found');
  const of = (id = '') => held.byId(id);
  let saves = 0;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/email-accounts\/$/,
      changes: false,
      answer: ({ query }) => {
        const limit = Number(query.get('limit') ?? 100);
        if (limit > 100) return refuse(400, '"limit" must be less than or equal to 100');
        const rows = held.page(Number(query.get('offset') ?? 0), limit);
        return { status: 200, body: rows.map((mailbox) => row(held.look(mailbox))) };
      },
    },
    {
      method: 'POST',
      path: /^\/email-accounts\/save$/,
      changes: true,
      takes: { ...account, id: 'number|null' },
      answer: ({ body }) => {
        const [firstName = '', ...rest] = body.from_name.split(' ');
        // Without an id it makes one more, whatever is there: that is what looking first is for.
        if (body.id === null && held.isThere(body.from_email)) {
          return refuse(400, 'Email account already exists');
        }
        const mailbox = held.put({
          address: body.from_email,
          firstName,
          lastName: rest.join(' '),
          password: body.password,
          dailyLimit: body.max_email_per_day,
          warmup: { enabled: body.warmup_enabled, dailyLimit: body.total_warmup_per_day ?? null },
        });
        saves += 1;
        const id = Number(mailbox.id);
        const answer =
          saves % 2 === 1
            ? { ok: true, message: 'Email account saved', data: { id, from_email: mailbox.address } }
            : { ok: true, message: 'Email account saved', emailAccountId: id, warmupKey: 'abc' };
        return { status: 200, body: answer };
      },
    },
    {
      method: 'GET',
      path: /^\/email-accounts\/(\d+)\/$/,
      changes: false,
      answer: ({ parts: [id] }) => {
        const mailbox = of(id);
        return mailbox ? { status: 200, body: row(held.look(mailbox)) } : unknown();
      },
    },
    {
      method: 'POST',
      path: /^\/email-accounts\/(\d+)\/warmup$/,
      changes: true,
      takes: warmup,
      answer: ({ parts: [id], body }) => {
        const mailbox = of(id);
        if (!mailbox) return unknown();
        mailbox.warmup = { enabled: body.warmup_enabled, dailyLimit: body.total_warmup_per_day ?? null };
        return { status: 200, body: { ok: true } };
      },
    },
    {
      method: 'POST',
      path: /^\/email-accounts\/(\d+)$/,
      changes: true,
      takes: { 'max_email_per_day?': 'number' },
      answer: ({ parts: [id], body }) => {
        const mailbox = of(id);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.max_email_per_day ?? mailbox.dailyLimit;
        return { status: 200, body: { ok: true } };
      },
    },
    {
      method: 'DELETE',
      path: /^\/email-accounts\/(\d+)$/,
      changes: true,
      answer: ({ parts: [id = ''] }) => (held.remove(id) ? { status: 200, body: { ok: true } } : unknown()),
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ query }) => (query.get('api_key') === apiKey ? null : refuse(401, 'Invalid API key')),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
