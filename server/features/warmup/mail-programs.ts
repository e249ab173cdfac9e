// The two programs by which a mailbox takes part: one that hands in its letters, and one that reads its folders. Both
// sign in as any other mail program would.
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { MailEndpoint } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { hostOf, type Mailbox, readMailboxSecrets } from '../mailboxes/index.ts';
import type { ComposedLetter } from './compose.ts';

const TIMEOUT_MS = 20_000;

type Deps = Pick<FeatureContext, 'db' | 'secrets' | 'providers'>;

const connectionTo = (endpoint: MailEndpoint) => ({
  host: endpoint.connectTo ?? endpoint.host,
  port: endpoint.port,
  secure: endpoint.security === 'tls',
  tls: { servername: endpoint.host, ca: endpoint.ca },
  connectionTimeout: TIMEOUT_MS,
  greetingTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
});

/** With the app password: it opens mail and nothing else. */
const loginOf = async (context: Deps, mailbox: Mailbox) => ({
  user: mailbox.address,
  pass: (await readMailboxSecrets(context, mailbox.uid)).appPassword,
});

/**
 * - `sent`: the host has taken it
 * - `later`: the host says so, or cannot be reached; nothing was sent
 * - `refused`: for good
 * - `unknown`: the connection ended before the host said anything
 */
export type Handed = { outcome: 'sent' } | { outcome: 'later' | 'refused' | 'unknown'; reason: string };

export type Sender = { send(letter: ComposedLetter): Promise<Handed>; close(): void };

export const openSender = async (context: Deps, mailbox: Mailbox): Promise<Sender> => {
  const { smtp } = await hostOf(context.providers, mailbox).access();
  const transport = createTransport({
    ...connectionTo(smtp),
    pool: true,
    maxConnections: 1,
    maxMessages: Number.POSITIVE_INFINITY,
    requireTLS: true,
    auth: await loginOf(context, mailbox),
  });
  return {
    async send({ raw, envelope }) {
      try {
        // Nobody is told when one comes back: that is counted, and is not the customer's mail.
        await transport.sendMail({ raw, envelope: { ...envelope, dsn: { notify: 'NEVER' } } });
        return { outcome: 'sent' };
      } catch (error) {
        return judged(error as Error & { responseCode?: number; command?: string });
      }
    },
    close: () => transport.close(),
  };
};

/** A host that answers has decided; without an answer only what failed before the message is known not to be there. */
const judged = (error: Error & { responseCode?: number; command?: string }): Handed => {
  const { responseCode, command = '', message: reason } = error;
  const beforeMail = command === 'CONN' || command === 'EHLO' || command.startsWith('AUTH');
  if (beforeMail || (responseCode !== undefined && responseCode < 500)) return { outcome: 'later', reason };
  return { outcome: responseCode === undefined ? 'unknown' : 'refused', reason };
};

/** The folders of a mailbox, open for a visit. */
export type Reader = { client: ImapFlow; close(): Promise<void> };

export const openReader = async (context: Deps, mailbox: Mailbox): Promise<Reader> => {
  const { imap } = await hostOf(context.providers, mailbox).access();
  const client = new ImapFlow({
    ...connectionTo(imap),
    doSTARTTLS: imap.security === 'starttls',
    servername: imap.host,
    auth: await loginOf(context, mailbox),
    logger: false,
    disableAutoIdle: true,
  });
  // ImapFlow also emits what it throws; without a listener that would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    client,
    async close() {
      await client.logout().catch(() => client.close());
    },
  };
};
