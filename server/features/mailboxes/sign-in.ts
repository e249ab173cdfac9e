// Proof that a mailbox works: signing in to it over SMTP and IMAP, as a mail program would.
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { transient } from '../../../providers/contracts/failure.ts';
import type { MailboxAccess, MailEndpoint } from '../../../providers/contracts/mailbox-host.ts';

const TIMEOUT_MS = 15_000;

/**
 * Signs in over both protocols with verified TLS, and leaves.
 *
 * @throws ProviderFailure `transient` with what went wrong: a mailbox that was just made may take a moment.
 */
export const signIn = async (
  access: MailboxAccess,
  login: { address: string; password: string },
): Promise<void> => {
  await Promise.all([
    attempt('SMTP', access.smtp, () => signInToSmtp(access.smtp, login)),
    attempt('IMAP', access.imap, () => signInToImap(access.imap, login)),
  ]);
};

const attempt = async (protocol: string, endpoint: MailEndpoint, run: () => Promise<void>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    const { message, responseText } = error as Error & { responseText?: string };
    const where = `${endpoint.host}:${endpoint.port}`;
    throw transient(`sign-in over ${protocol} at ${where} failed: ${responseText ?? message}`);
  }
};

const tlsOf = (endpoint: MailEndpoint) => ({ servername: endpoint.host, ca: endpoint.ca });

const signInToSmtp = async (
  endpoint: MailEndpoint,
  login: { address: string; password: string },
): Promise<void> => {
  const transport = createTransport({
    host: endpoint.connectTo ?? endpoint.host,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    requireTLS: true,
    auth: { user: login.address, pass: login.password },
    tls: tlsOf(endpoint),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
};

const signInToImap = async (
  endpoint: MailEndpoint,
  login: { address: string; password: string },
): Promise<void> => {
  const client = new ImapFlow({
    host: endpoint.connectTo ?? endpoint.host,
    port: endpoint.port,
    secure: endpoint.security === 'tls',
    doSTARTTLS: endpoint.security === 'starttls',
    servername: endpoint.host,
    auth: { user: login.address, pass: login.password },
    tls: tlsOf(endpoint),
    logger: false,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    verifyOnly: true,
  });
  // ImapFlow also emits what it throws; without a listener that would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } finally {
    client.close();
  }
};
