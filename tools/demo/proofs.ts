// Proofs by independent clients: a resolver, a mail program that sends, one that reads, and the books.
import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { Answer, ApiClient } from './api-client.ts';
import type { Story } from './story.ts';

/** Asks the nameserver itself for every record type a mail domain needs. */
export const proveDns = async (
  domain: string,
  nameserver: { address: string; port: number },
  records: Answer[],
  story: Story,
): Promise<void> => {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  resolver.setServers([`${nameserver.address}:${nameserver.port}`]);
  const selectors = records
    .filter((record) => record.purpose === 'dkim')
    .map((record) => `${record.host}.${domain}`);
  const text = async (name: string) => (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  const soa = await resolver.resolveSoa(domain);
  story.proven(`SOA    ${domain}: serial ${soa.serial} at ${soa.nsname}`);
  story.proven(`NS     ${(await resolver.resolveNs(domain)).join(', ')}`);
  story.proven(
    `MX     ${(await resolver.resolveMx(domain)).map((mx) => `${mx.priority} ${mx.exchange}`).join(', ')}`,
  );
  story.proven(`SPF    ${(await text(domain)).find((value) => value.startsWith('v=spf1'))}`);
  for (const name of selectors) story.proven(`DKIM   ${name}: ${shorten((await text(name))[0]!)}`);
  story.proven(`DMARC  ${(await text(`_dmarc.${domain}`))[0]}`);
  for (const name of [`autoconfig.${domain}`, `autodiscover.${domain}`]) {
    story.proven(`CNAME  ${name} → ${(await resolver.resolveCname(name))[0]}`);
  }
  const [imaps] = await resolver.resolveSrv(`_imaps._tcp.${domain}`);
  story.proven(`SRV    _imaps._tcp.${domain} → ${imaps!.name}:${imaps!.port}`);
};

const shorten = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}…` : value);

/** Sends a mail through submission, waits for it over IMAP, and answers what the receiving side made of it. */
export const proveMail = async (
  sender: Answer,
  recipient: Answer,
  story: Story,
): Promise<{ verdict: string }> => {
  const subject = `Grüße from ${sender.email} ${randomBytes(4).toString('hex')}`;
  const transport = createTransport({
    host: sender.smtp.connect_to ?? sender.smtp.host,
    port: sender.smtp.port,
    secure: sender.smtp.security === 'tls',
    auth: { user: sender.email, pass: sender.app_password },
    tls: { servername: sender.smtp.host, ca: sender.certificate ?? undefined },
  });
  const sent = await transport.sendMail({
    from: sender.email,
    to: recipient.email,
    subject,
    text: 'The first mail of a new mailbox.',
  });
  transport.close();
  story.proven(`sent over TLS on port ${sender.smtp.port}: ${sent.response}`);

  const client = new ImapFlow({
    host: recipient.imap.connect_to ?? recipient.imap.host,
    port: recipient.imap.port,
    secure: recipient.imap.security === 'tls',
    servername: recipient.imap.host,
    auth: { user: recipient.email, pass: recipient.app_password },
    tls: { ca: recipient.certificate ?? undefined },
    logger: false,
  });
  await client.connect();
  try {
    const raw = await waitForMessage(client, subject);
    story.proven(`read over IMAP on port ${recipient.imap.port}: "${subject}", ${raw.length} bytes`);
    const header = raw
      .toString('utf8')
      .split('\r\n\r\n', 1)[0]!
      .replaceAll(/\r\n[ \t]+/g, ' ');
    const verdict = /^Authentication-Results: (.*)$/im.exec(header)?.[1] ?? 'none';
    const signatures = [...header.matchAll(/^DKIM-Signature: .*?a=([\w-]+)/gim)].map((match) => match[1]);
    story.proven(`signed with ${signatures.join(' and ')}`);
    return { verdict };
  } finally {
    await client.logout();
  }
};

const ARRIVES_WITHIN_MS = 30_000;

const waitForMessage = async (client: ImapFlow, subject: string): Promise<Buffer> => {
  const lock = await client.getMailboxLock('INBOX');
  try {
    const deadline = performance.now() + ARRIVES_WITHIN_MS;
    while (performance.now() < deadline) {
      await client.noop();
      const found = await client.search({ subject }, { uid: true });
      if (found && found.length > 0) {
        const message = await client.fetchOne(String(found[0]), { source: true }, { uid: true });
        if (message !== false && message?.source) return message.source;
      }
      await new Promise((wake) => setTimeout(wake, 100));
    }
    throw new Error(`the mail "${subject}" did not arrive within half a minute`);
  } finally {
    lock.release();
  }
};

/** Fails unless SPF, DKIM and DMARC all passed. */
export const proveVerdict = (verdict: string, story: Story): void => {
  for (const method of ['spf', 'dkim', 'dmarc']) {
    const result = new RegExp(`\\b${method}=(\\w+)`).exec(verdict)?.[1];
    if (result !== 'pass') throw new Error(`${method} is ${result ?? 'missing'} in: ${verdict}`);
    story.proven(`${method}=pass`);
  }
};

export const proveBooks = async (api: ApiClient, story: Story): Promise<void> => {
  const ledger = await api.get('/billing/ledger/verify');
  if (!ledger.balanced) throw new Error(`the ledger is not balanced: ${JSON.stringify(ledger)}`);
  const { wallet, revenue, reserved, funding } = ledger.accounts;
  story.proven(
    `${ledger.transactions} ledger transactions balance: ${-funding} credits added = ${wallet} in the wallet + ${revenue} spent + ${reserved} reserved`,
  );
};
