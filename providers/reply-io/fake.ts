// A server that behaves like Reply.io's API v3 on the wire, faults included.
import { createHeld, type FakeSequencer, type HeldMailbox } from '../contracts/fake-sequencer.ts';
import { type FakeRoute, type Shape, startFakeWire } from '../contracts/fake-wire.ts';

const connection: Shape = {
  email: 'string',
  senderName: 'string',
  smtpHost: 'string',
  smtpPort: 'number',
  smtpPassword: 'string',
  'smtpSsl?': 'boolean',
  imapHost: 'string',
  imapPort: 'number',
  imapPassword: 'string',
  'imapSsl?': 'boolean',
};
const safety: Shape = { dailyLimit: 'number', 'isEmailsThrottlingEnabled?': 'boolean' };
const refuse = (status: number, detail: string) => ({ status, body: { title: 'Error', status, detail } });

export const startFake = async (apiKey = 'reply-fake-key-01'): Promise<FakeSequencer> => {
  const held = createHeld({ looks: 1 });
  const states = { connecting: 'unknown', connected: 'connected', disconnected: 'disconnected' } as const;
  const row = (mailbox: HeldMailbox) => ({
    id: Number(mailbox.id),
    email: mailbox.address,
    senderName: `${mailbox.firstName} ${mailbox.lastName}`,
    emailAccountType: 'custom',
    dailyLimit: mailbox.dailyLimit,
    connectionStatus: states[mailbox.state],
  });
  const whole = (mailbox: HeldMailbox) => ({
    ...row(mailbox),
    sendingConnectivityError: mailbox.words,
    receivingConnectivityError: null,
  });
  const unknown = () => refuse(404, 'Email account was not found');
  const save = ({ email, senderName, smtpPassword }: Record<string, string>, dailyLimit: number) => {
    const [firstName = '', ...rest] = senderName!.split(' ');
    const lastName = rest.join(' ');
    return held.put({ address: email!, firstName, lastName, password: smtpPassword!, dailyLimit });
  };
  const one = /^\/v3\/email-accounts\/(\d+)$/;
  const routes: FakeRoute[] = [
    {
      method: 'GET',
      path: /^\/v3\/email-accounts$/,
      changes: false,
      answer: ({ query }) => {
        const [top, skip] = [Number(query.get('top') ?? 25), Number(query.get('skip') ?? 0)];
        const items = held.page(skip, top).map((mailbox) => row(held.look(mailbox)));
        return { status: 200, body: { items, hasMore: skip + top < held.mailboxes.size } };
      },
    },
    {
      method: 'POST',
      path: /^\/v3\/email-accounts$/,
      changes: true,
      takes: { connection, safety },
      answer: ({ body }) =>
        held.isThere(body.connection.email)
          ? refuse(409, 'An account with this address exists')
          : { status: 201, body: whole(save(body.connection, body.safety.dailyLimit)) },
    },
    {
      method: 'GET',
      path: one,
      changes: false,
      answer: ({ parts: [id = ''] }) => {
        const mailbox = held.byId(id);
        return mailbox ? { status: 200, body: whole(held.look(mailbox)) } : unknown();
      },
    },
    {
      method: 'PATCH',
      path: one,
      changes: true,
      takes: { 'connection?': connection, 'safety?': safety },
      answer: ({ parts: [id = ''], body }) => {
        const mailbox = held.byId(id);
        if (!mailbox) return unknown();
        const dailyLimit = body.safety?.dailyLimit ?? mailbox.dailyLimit;
        if (body.connection) return { status: 200, body: whole(save(body.connection, dailyLimit)) };
        mailbox.dailyLimit = dailyLimit;
        return { status: 200, body: whole(mailbox) };
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
    authorize: ({ headers }) =>
      headers.authorization === `Bearer ${apiKey}` ? null : refuse(401, 'Unauthorized'),
  });
  return { ...wire, held, credential: { api_key: apiKey }, wrongCredential: { api_key: 'nobodys-key' } };
};
