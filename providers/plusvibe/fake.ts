// A server that behaves like PlusVibe's API on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const account: Shape = {
  first_name: 'string',
  last_name: 'string',
  email: 'string',
  'username?': 'string',
  imap_host: 'string',
  imap_port: 'number',
  imap_username: 'string',
  imap_password: 'string',
  smtp_host: 'string',
  smtp_port: 'number',
  smtp_username: 'string',
  smtp_password: 'string',
  'daily_limit?': 'number',
  'min_interval?': 'number',
  'enable_warmup?': ['yes', 'no'],
  'warmup_daily_limit?': 'number',
  'enable_warmup_rampup?': ['yes', 'no'],
  'warmup_rampup_start?': 'number',
  'warmup_rampup_increment?': 'number',
};
const refuse = (status: number, message: string) => ({ status, body: { error: message } });
const WORKSPACE = '507f1f77bcf86cd799439011';

export const startFake = async (apiKey = 'plusvibe-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 2, newId: (count) => count.toString(16).padStart(24, '0') });
  const states = { connecting: 'CONNECTING', connected: 'ACTIVE', disconnected: 'ERROR' } as const;
  const row = (mailbox: HeldMailbox) => ({
    _id: mailbox.id,
    email: mailbox.address,
    status: states[mailbox.state],
    status_reason: mailbox.words,
    warmup_status: mailbox.warmup?.enabled ? 'ACTIVE' : 'INACTIVE',
  });
  const accepted = { status: 200, body: { status: 'success', message: 'Accounts are being added' } };
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/account\/list$/,
      changes: false,
      answer: ({ query }) => {
        const email = query.get('email');
        const limit = Number(query.get('limit') ?? 100);
        const one = email === null ? null : held.byAddress(email);
        const rows = email === null ? held.page(Number(query.get('skip') ?? 0), limit) : one ? [one] : [];
        return { status: 200, body: { accounts: rows.map((mailbox) => row(held.look(mailbox))) } };
      },
    },
    {
      method: 'POST',
      path: /^\/account\/bulk-add-regular-accounts$/,
      changes: true,
      takes: { workspace_id: 'string', accounts: { each: account } },
      answer: ({ body }) => {
        for (const given of body.accounts) {
          held.put({
            address: given.email,
            firstName: given.first_name,
            lastName: given.last_name,
            password: given.smtp_password,
            dailyLimit: given.daily_limit,
            warmup: { enabled: given.enable_warmup === 'yes', dailyLimit: given.warmup_daily_limit ?? null },
          });
        }
        return accepted;
      },
    },
    {
      method: 'PUT',
      path: /^\/account\/bulk-update$/,
      changes: true,
      takes: { workspace_id: 'string', ids: 'strings', 'daily_limit?': 'number' },
      answer: ({ body }) => {
        for (const id of body.ids) {
          const mailbox = held.byId(id);
          if (mailbox) mailbox.dailyLimit = body.daily_limit ?? mailbox.dailyLimit;
        }
        return accepted;
      },
    },
    {
      method: 'PATCH',
      path: /^\/account\/bulk-update-warmup$/,
      changes: true,
      takes: { workspace_id: 'string', ids: 'strings', warmup_status: ['ACTIVE', 'INACTIVE'] },
      answer: ({ body }) => {
        for (const id of body.ids) {
          const mailbox = held.byId(id);
          if (mailbox) {
            mailbox.warmup = {
              dailyLimit: null,
              ...mailbox.warmup,
              enabled: body.warmup_status === 'ACTIVE',
            };
          }
        }
        return accepted;
      },
    },
    {
      method: 'POST',
      path: /^\/account\/delete$/,
      changes: true,
      takes: { workspace_id: 'string', email: 'string' },
      answer: ({ body }) => {
        const mailbox = held.byAddress(body.email);
        if (!mailbox) return refuse(404, 'Account not found');
        held.remove(mailbox.id);
        return { status: 200, body: { status: 'success' } };
      },
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers, query, body }) => {
      if (headers['x-api-key'] !== apiKey) return refuse(401, 'Invalid API key');
      const workspace = query.get('workspace_id') ?? body?.workspace_id;
      return workspace === WORKSPACE ? null : refuse(400, 'workspace_id is not one of yours');
    },
  });
  const workspace = WORKSPACE;
  return {
    ...wire,
    held,
    credential: { api_key: apiKey, workspace },
    wrongCredential: { api_key: 'nobodys-key', workspace },
  };
};
