// Handing mail in with swaks: each way that must work, and each that must be refused with its own code.
import { ImapFlow } from 'imapflow';
import type { Answer } from '../../tools/demo/api-client.ts';
import { part } from '../report.ts';
import type { People } from './interop.ts';
import { judge, lineWith, run } from './judgement.ts';

const SUBJECT = 'Grüße, and a line that starts with a dot';
const BODY =
  'Hello,\n\n.a line that starts with a dot\nFrom here on it is ordinary text, ünïcödé included.\n';
const ARRIVES_WITHIN_MS = 60_000;

/** Answers the message as the recipient has it. */
export const judgeSubmission = async (
  { sender, recipient, domain }: People,
  ports: { smtp: number; submission: number; submissions: number },
): Promise<Buffer> => {
  part('swaks: submission and relay');
  const base = ['--server', '127.0.0.1', '--helo', `client.${domain}`, '--timeout', '60'];
  const mail = ['--h-Subject', SUBJECT, '--body', BODY];
  const from = ['--from', sender.email, '--to', recipient.email];
  const auth = (method: string, secret: string) => [
    ...['--auth', method, '--auth-user', sender.email, '--auth-password', secret],
  ];
  const starttls = ['--port', String(ports.submission), '--tls'];
  const implicit = ['--port', String(ports.submissions), '--tls-on-connect'];
  const ask = async (what: string, args: string[], expected: RegExp) => {
    const { text } = await run('swaks', [...base, ...args]);
    // `<** ` and `<~* ` are refusals, the last `<- ` or `<~ ` before QUIT is the answer to the message.
    const replies = text
      .split('\n')
      .filter((line) => /^<[~-]?[~*-]{1,2} +\d{3}|^<[-~] +\d{3}|^\*\*\*/.test(line));
    judge('swaks', what, expected.test(text), lineWith(replies.join('\n'), expected));
  };
  await ask(
    'STARTTLS, AUTH PLAIN, app password',
    [...starttls, ...auth('PLAIN', sender.app_password), ...from, ...mail],
    /250 2\.0\.0 Queued/,
  );
  await ask(
    'TLS at once, AUTH LOGIN, password',
    [...implicit, ...auth('LOGIN', sender.password), ...from, ...mail],
    /250 2\.0\.0 Queued/,
  );
  await ask(
    'a wrong password',
    [...starttls, ...auth('PLAIN', 'no-such-secret'), ...from, ...mail],
    /535 5\.7\.8/,
  );
  await ask(
    'AUTH before TLS',
    ['--port', String(ports.submission), ...auth('PLAIN', sender.app_password), ...from, ...mail],
    /no authentication|not (?:advertise|support|offer)|authentication.*fail|auth.*not/i,
  );
  await ask('without signing in', [...starttls, ...from, ...mail], /530 /);
  await ask(
    'as another mailbox',
    [
      ...starttls,
      ...auth('PLAIN', sender.app_password),
      '--from',
      recipient.email,
      '--to',
      recipient.email,
      ...mail,
    ],
    /553 5\.7\.1/,
  );
  await ask(
    'another author in From:',
    [...starttls, ...auth('PLAIN', sender.app_password), ...from, ...mail, '--h-From', recipient.email],
    /553 5\.7\.1/,
  );
  await ask(
    'relay to elsewhere',
    ['--port', String(ports.smtp), '--from', 'someone@example.org', '--to', 'someone@example.net', ...mail],
    /55[0-9] 5\.[17]\.[0-9]/,
  );
  await ask(
    'mail for nobody',
    ['--port', String(ports.smtp), '--from', 'someone@example.org', '--to', `nobody@${domain}`, ...mail],
    /550 5\.1\.1/,
  );
  return received(recipient, SUBJECT);
};

export const imapOf = (mailbox: Answer): ImapFlow =>
  new ImapFlow({
    host: mailbox.imap.connect_to ?? mailbox.imap.host,
    port: mailbox.imap.port,
    secure: true,
    servername: mailbox.imap.host,
    auth: { user: mailbox.email, pass: mailbox.app_password },
    tls: { ca: mailbox.certificate ?? undefined },
    logger: false,
  });

const received = async (mailbox: Answer, subject: string): Promise<Buffer> => {
  const client = imapOf(mailbox);
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    const deadline = performance.now() + ARRIVES_WITHIN_MS;
    while (performance.now() < deadline) {
      await client.noop();
      const found = await client.search({ subject }, { uid: true });
      const message =
        found &&
        found.length > 0 &&
        (await client.fetchOne(String(found[0]), { source: true }, { uid: true }));
      if (message !== false && message?.source) return message.source;
      await new Promise((wake) => setTimeout(wake, 250));
    }
    throw new Error('the message did not arrive');
  } finally {
    await client.logout();
  }
};
