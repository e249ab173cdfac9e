// A server that behaves like Saleshandy's open API on the wire, faults included.
import { createHeld, type FakeSequencer } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const account: Shape = {
  senderName: 'string',
  fromEmail: 'string',
  smtpHost: 'string',
  smtpPort: 'number',
  smtpEncryption: ['SSL', 'TLS', 'None'],
  smtpUsername: 'string',
  smtpPassword: 'string',
  imapHost: 'string',
  imapPort: 'number',
  imapEncryption: ['SSL', 'TLS', 'None'],
  imapUsername: 'string',
  imapPassword: 'string',
  'dailySendingLimit?': 'number',
};
const refuse = (status: number, message: string) => ({ status, body: { message, error: true } });

export const startFake = async (apiKey = 'saleshandy-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1, newId: (count) => `ea_${count}` });
  const requests = new Map<string, string[]>();
  const routes: FakeRoute[] = [
    {
      method: 'POST',
      path: /^\/email-accounts$/,
      changes: false,
      takes: { page: 'number', pageSize: 'number' },
      answer: ({ body }) => {
        // It lists an account when it is done with it, and not before.
        const done = [...held.mailboxes.values()].filter(
          (mailbox) => held.look(mailbox).state !== 'connecting',
        );
        const rows = done.slice((body.page - 1) * body.pageSize, body.page * body.pageSize);
        const emails = rows.map((mailbox) => ({
          id: mailbox.id,
          fromEmail: mailbox.address,
          status: mailbox.state === 'connected' ? 1 : 0,
          emailServiceProvider: 'smtp-imap',
          settings: [{ code: 'daily-sending-limit', value: String(mailbox.dailyLimit) }],
        }));
        return { status: 200, body: { message: 'ok', payload: { emails } } };
      },
    },
    {
      method: 'POST',
      path: /^\/email-accounts\/connect$/,
      changes: true,
      takes: { accounts: { each: account } },
      answer: ({ body }) => {
        const requestId = crypto.randomUUID();
        const addresses = body.accounts.map((given: Record<string, string>) => {
          const [firstName = '', ...rest] = given.senderName!.split(' ');
          return held.put({
            address: given.fromEmail!,
            firstName,
            lastName: rest.join(' '),
            password: given.smtpPassword!,
            dailyLimit: Number(given.dailySendingLimit ?? 50),
          }).address;
        });
        requests.set(requestId, addresses);
        return { status: 200, body: { message: 'Accepted', payload: { requestId } } };
      },
    },
    {
      method: 'GET',
      path: /^\/email-accounts\/connect\/status\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const addresses = requests.get(id);
        if (!addresses) return refuse(404, 'Request not found');
        const looked = addresses.flatMap((address) => {
          const mailbox = held.byAddress(address);
          return mailbox ? [held.look(mailbox)] : [];
        });
        const done = looked.every(({ state }) => state !== 'connecting');
        const accounts = looked.map(({ address, state, words }) =>
          state === 'connected'
            ? { fromEmail: address, status: 'success' }
            : { fromEmail: address, status: 'failed', error: words },
        );
        const payload = done ? { status: 'completed', accounts } : { status: 'processing' };
        return { status: 200, body: { message: 'ok', payload } };
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
