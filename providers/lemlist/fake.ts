// A server that behaves like lemlist's API on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, startFakeWire } from '../contracts/fake-wire.ts';

const refuse = (status: number, message: string) => ({ status, body: { message } });
const USERS = ['usr_A1', 'usr_B2'];

export const startFake = async (apiKey = 'lemlist-fake-key'): Promise<FakeSequencer> => {
  // It tries before it answers.
  const held = createHeld({ looks: 0, newId: (count) => `umx_${count}` });
  const warmId = ({ id }: HeldMailbox) => id.replace('umx_', 'usm_');
  const byWarmId = (id = '') => held.byId(id.replace('usm_', 'umx_'));
  const unknown = () => refuse(404, 'Email account not found');
  const one = /^\/user\/email-accounts\/([^/]+)$/;
  const lemwarm =
    (enabled: boolean): FakeRoute['answer'] =>
    ({ parts: [id] }) => {
      const mailbox = byWarmId(id);
      if (!mailbox) return unknown();
      mailbox.warmup = { dailyLimit: null, ...mailbox.warmup, enabled };
      return { status: 200, body: {} };
    };
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/team$/,
      changes: false,
      answer: () => ({ status: 200, body: { _id: 'tea_1', name: 'Northpeak', userIds: USERS } }),
    },
    {
      method: 'GET',
      path: /^\/users\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [user = ''] }) => {
        if (!USERS.includes(user)) return refuse(404, 'User not found');
        const mailboxes = [...held.mailboxes.values()]
          .filter((_, index) => USERS[index % USERS.length] === user)
          .map(({ id, address, state }) => ({
            _id: id,
            email: address,
            provider: 'custom',
            status: state === 'connected' ? 'CONNECTED' : 'ERROR',
          }));
        return { status: 200, body: { _id: user, mailboxes } };
      },
    },
    {
      method: 'POST',
      path: /^\/user\/email-accounts$/,
      changes: true,
      takes: {
        sender_name: 'string',
        sender_email: 'string',
        smtp_host: 'string',
        smtp_port: 'number',
        smtp_login: 'string',
        smtp_password: 'string',
        'smtp_secure?': 'boolean',
        imap_host: 'string',
        imap_port: 'number',
        imap_login: 'string',
        imap_password: 'string',
        'imap_secure?': 'boolean',
        'userId?': 'string',
      },
      answer: ({ body }) => {
        if (/gmail/.test(body.smtp_host)) return refuse(400, 'Gmail accounts must be connected with OAuth');
        if (held.isThere(body.sender_email)) return refuse(400, 'This email account is already connected');
        const [firstName = '', ...rest] = body.sender_name.split(' ');
        const lastName = rest.join(' ');
        const { id, address } = held.put({
          address: body.sender_email,
          firstName,
          lastName,
          password: body.smtp_password,
        });
        return { status: 200, body: { id, email: address, provider: 'custom' } };
      },
    },
    {
      method: 'POST',
      path: /^\/user\/email-accounts\/([^/]+)\/test$/,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        const success = mailbox.state === 'connected';
        const smtp = success ? { success } : { success, error: mailbox.words };
        return { status: 200, body: { smtp, imap: { success } } };
      },
    },
    {
      method: 'DELETE',
      path: one,
      changes: true,
      answer: ({ parts: [id = ''] }) => (held.remove(id) ? { status: 200, body: {} } : unknown()),
    },
    {
      method: 'GET',
      path: /^\/user\/sending-settings$/,
      changes: false,
      answer: () => ({
        status: 200,
        body: {
          emailAccounts: [...held.mailboxes.values()].map((mailbox) => ({
            id: warmId(mailbox),
            email: mailbox.address,
            dailyEmailLimit: mailbox.dailyLimit,
          })),
        },
      }),
    },
    {
      method: 'PATCH',
      path: /^\/user\/sending-settings$/,
      changes: true,
      takes: { emailAccounts: { each: { id: 'string', dailyEmailLimit: 'number' } } },
      answer: ({ body }) => {
        for (const { id, dailyEmailLimit } of body.emailAccounts) {
          const mailbox = byWarmId(id);
          if (mailbox) mailbox.dailyLimit = dailyEmailLimit;
        }
        return { status: 200, body: {} };
      },
    },
    {
      method: 'PATCH',
      path: /^\/lemwarm\/([^/]+)\/settings$/,
      changes: true,
      takes: {
        'warmEmailMax?': 'number',
        'warmEmailRampup?': 'number',
        'warmDailyVarianceEnabled?': 'boolean',
      },
      answer: ({ parts: [id], body }) => {
        const mailbox = byWarmId(id);
        if (!mailbox) return unknown();
        mailbox.warmup = { enabled: mailbox.warmup?.enabled ?? false, dailyLimit: body.warmEmailMax ?? null };
        return { status: 200, body: {} };
      },
    },
    {
      method: 'POST',
      path: /^\/lemwarm\/([^/]+)\/start$/,
      changes: true,
      answer: lemwarm(true),
    },
    {
      method: 'POST',
      path: /^\/lemwarm\/([^/]+)\/pause$/,
      changes: true,
      answer: lemwarm(false),
    },
  ];
  const basic = `Basic ${Buffer.from(`:${apiKey}`).toString('base64')}`;
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) => (headers.authorization === basic ? null : refuse(401, 'Invalid API key')),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
