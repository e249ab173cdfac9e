// A server that behaves like Woodpecker's API v2 on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const MOST_IN_A_BATCH = 200;
const mailboxShape: Shape = {
  smtp_email: 'string',
  'smtp_login?': 'string',
  smtp_password: 'string',
  smtp_server: 'string',
  smtp_port: 'number',
  'smtp_from_name?': 'string',
  imap_email: 'string',
  imap_password: 'string',
  imap_server: 'string',
  imap_port: 'number',
  'footer?': 'string',
  'bcc?': 'string',
  'sending_wait_time_from?': 'number',
  'sending_wait_time_to?': 'number',
  'daily_sending_limit?': 'number',
};
const refuse = (status: number, message: string) => ({ status, body: { title: 'Error', message } });

export const startFake = async (apiKey = 'woodpecker-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const batches = new Map<string, string[]>();
  const pair = (mailbox: HeldMailbox) => {
    const connected = mailbox.state === 'connecting' ? null : mailbox.state === 'connected';
    const id = Number(mailbox.id);
    return {
      smtp: { id, email: mailbox.address, connected, details: { error: mailbox.words } },
      imap: { id: id + 1_000_000, email: mailbox.address, connected, details: { error: null } },
    };
  };
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/mailboxes$/,
      changes: false,
      answer: () => ({
        status: 200,
        body: [...held.mailboxes.values()].map((mailbox) => pair(held.look(mailbox))),
      }),
    },
    {
      method: 'POST',
      path: /^\/mailboxes\/manual_connection\/bulk$/,
      changes: true,
      takes: { mailboxes: { each: mailboxShape }, 'completion_notification_types?': 'strings' },
      answer: ({ body }) => {
        if (body.mailboxes.length > MOST_IN_A_BATCH) return refuse(400, 'Too many mailboxes');
        const batch = String(batches.size + 1);
        const addresses = body.mailboxes.map((given: Record<string, string>) => {
          const [firstName = '', ...rest] = (given.smtp_from_name ?? '').split(' ');
          return held.put({
            address: given.smtp_email!,
            firstName,
            lastName: rest.join(' '),
            password: given.smtp_password!,
            dailyLimit: Number(given.daily_sending_limit ?? 50),
          }).address;
        });
        batches.set(batch, addresses);
        return { status: 202, body: { batch_id: batch } };
      },
    },
    {
      method: 'GET',
      path: /^\/mailboxes\/manual_connection\/bulk\/([^/]+)\/summary$/,
      changes: false,
      answer: ({ parts: [batch = ''] }) => {
        const addresses = batches.get(batch);
        if (!addresses) return refuse(404, 'Batch not found');
        const states = addresses.map((address) => held.byAddress(address)?.state);
        return {
          status: 200,
          body: {
            status: states.includes('connecting') ? 'IN_PROGRESS' : 'COMPLETED',
            failed_mailboxes_count: states.filter((state) => state === 'disconnected').length,
          },
        };
      },
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) => (headers['x-api-key'] === apiKey ? null : refuse(401, 'Invalid API key')),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
