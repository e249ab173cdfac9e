// A server that behaves like Acme as a sequencer on the wire, faults included.
import {
  createHeld,
  type FakeSequencer,
  type HeldMailbox,
} from '../../../providers/contracts/fake-sequencer.ts';
import { type FakeRoute, startFakeWire } from '../../../providers/contracts/fake-wire.ts';

const login = {
  host: 'string',
  port: 'number',
  security: ['tls', 'starttls'],
  username: 'string',
  password: 'string',
} as const;
const refuse = (status: number, message: string) => ({ status, body: { message } });
const states = { connecting: 'new', connected: 'good', disconnected: 'bad' } as const;
const PAGE = 100;

export const startFakeSequencer = async (apiKey = 'acme-fake-key'): Promise<FakeSequencer> => {
  const held = createHeld();
  const row = ({ id, address, state, words }: HeldMailbox) => ({
    id,
    address,
    state: states[state],
    problem: words,
  });
  const unknown = () => refuse(404, 'No such mailbox');
  const one = /^\/mailboxes\/([^/]+)$/;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/account$/,
      changes: false,
      answer: () => ({ status: 200, body: { email: 'mara@northpeak.example' } }),
    },
    {
      method: 'GET',
      path: /^\/mailboxes$/,
      changes: false,
      answer: ({ query }) => {
        const start = Number(query.get('after') ?? 0);
        const more = start + PAGE < held.mailboxes.size;
        const mailboxes = held.page(start, PAGE).map((mailbox) => row(held.look(mailbox)));
        return { status: 200, body: { mailboxes, after: more ? String(start + PAGE) : null } };
      },
    },
    {
      method: 'PUT',
      path: one,
      changes: true,
      takes: {
        name: { first: 'string', last: 'string' },
        smtp: login,
        imap: login,
        'daily_limit?': 'number',
      },
      answer: ({ parts: [address = ''], body }) => ({
        status: 200,
        body: row(
          held.put({
            address,
            firstName: body.name.first,
            lastName: body.name.last,
            password: body.smtp.password,
            dailyLimit: body.daily_limit,
          }),
        ),
      }),
    },
    {
      method: 'GET',
      path: one,
      changes: false,
      answer: ({ parts: [address = ''] }) => {
        const mailbox = held.byAddress(address);
        return mailbox ? { status: 200, body: row(held.look(mailbox)) } : unknown();
      },
    },
    {
      method: 'PATCH',
      path: one,
      changes: true,
      takes: { 'daily_limit?': 'number', warm_up: 'boolean' },
      answer: ({ parts: [address = ''], body }) => {
        const mailbox = held.byAddress(address);
        if (!mailbox) return unknown();
        mailbox.dailyLimit = body.daily_limit ?? mailbox.dailyLimit;
        mailbox.warmup = { enabled: body.warm_up, dailyLimit: null };
        return { status: 200, body: row(mailbox) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      changes: true,
      answer: ({ parts: [address = ''] }) => {
        const mailbox = held.byAddress(address);
        if (!mailbox) return unknown();
        held.remove(mailbox.id);
        return { status: 204 };
      },
    },
  ];
  const wire = await startFakeWire({
    routes,
    refuse,
    authorize: ({ headers }) =>
      headers.authorization === `Bearer ${apiKey}` ? null : refuse(401, 'Wrong API key'),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
