// A server that behaves like Salesforge's public API v2 on the wire, faults included.
import {
  createHeld,
  type FakeSequencer,
  type HeldMailbox,
  SIGN_IN_WORDS,
  WRONG_PASSWORD,
} from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const login: Shape = { host: 'string', port: 'number', username: 'string', password: 'string' };
const refuse = (status: number, message: string) => ({ status, body: { message } });
const WORKSPACE = 'wks_northpeak';

export const startFake = async (apiKey = 'salesforge-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1, newId: (count) => `mbox_${count}` });
  const states = { connecting: 'pending', connected: 'active', disconnected: 'access_lost' } as const;
  const row = (mailbox: HeldMailbox) => ({
    id: mailbox.id,
    address: mailbox.address,
    status: states[mailbox.state],
    disconnectReason: mailbox.words,
    dailyEmailLimit: mailbox.dailyLimit,
  });
  const unknown = () => refuse(404, 'mailbox not found');
  const cannotSignIn = () => refuse(400, `smtp verification failed: ${SIGN_IN_WORDS}`);
  const base = `/public/v2/workspaces/${WORKSPACE}/mailboxes`;
  const one = new RegExp(`^${base}/([^/]+)$`);
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: new RegExp(`^${base}$`),
      changes: false,
      answer: ({ query }) => {
        const rows = held.page(Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 20));
        const data = rows.map((mailbox) => row(held.look(mailbox)));
        return { status: 200, body: { data, total: held.mailboxes.size } };
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${base}$`),
      changes: true,
      takes: {
        address: 'string',
        firstName: 'string',
        lastName: 'string',
        smtp: login,
        imap: login,
        'dailyEmailLimit?': 'number',
        'signature?': 'string',
        'trackingDomain?': 'string',
      },
      answer: ({ body }) => {
        if (held.isThere(body.address)) return refuse(409, 'mailbox is already being connected');
        if (body.smtp.password === WRONG_PASSWORD) return cannotSignIn();
        if ((body.dailyEmailLimit ?? 30) > 100) return refuse(400, 'dailyEmailLimit must be at most 100');
        const mailbox = held.put({
          address: body.address,
          firstName: body.firstName,
          lastName: body.lastName,
          password: body.smtp.password,
          dailyLimit: body.dailyEmailLimit ?? 30,
        });
        return { status: 201, body: row(mailbox) };
      },
    },
    {
      method: 'PATCH',
      path: new RegExp(`^${base}/([^/]+)/connection-settings$`),
      changes: true,
      takes: { smtp: login, imap: login },
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        if (body.smtp.password === WRONG_PASSWORD) return cannotSignIn();
        return { status: 200, body: row(held.put({ ...mailbox, password: body.smtp.password })) };
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
      takes: { 'firstName?': 'string', 'lastName?': 'string', 'dailyEmailLimit?': 'number' },
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.dailyEmailLimit ?? mailbox.dailyLimit;
        mailbox.firstName = body.firstName ?? mailbox.firstName;
        mailbox.lastName = body.lastName ?? mailbox.lastName;
        return { status: 200, body: row(mailbox) };
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
    authorize: ({ headers }) => (headers.authorization === apiKey ? null : refuse(401, 'unauthorized')),
  });
  const workspace = WORKSPACE;
  return {
    ...wire,
    held,
    credential: { api_key: apiKey, workspace },
    wrongCredential: { api_key: 'nobodys-key', workspace },
  };
};
