// Proves what the inbound port takes, for whom, and what it writes about where mail came from.
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import {
  HOSTNAME,
  publishDomain,
  publishMailbox,
  startTestPlane,
  storedMessages,
  type TestPlane,
} from '../testing/plane.ts';
import { connectRawSmtp, transact as transactAt } from '../testing/raw-smtp.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

const database = useTestDatabase();
let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'here.example');
  const { dns } = plane;
  // Senders elsewhere. The test connects from 127.0.0.1.
  dns.add('good.example', 'TXT', 'v=spf1 ip4:127.0.0.1 -all');
  dns.add('_dmarc.good.example', 'TXT', 'v=DMARC1; p=reject');
  dns.add('strict.example', 'TXT', 'v=spf1 -all');
  dns.add('_dmarc.strict.example', 'TXT', 'v=DMARC1; p=reject');
  dns.add('careful.example', 'TXT', 'v=spf1 -all');
  dns.add('_dmarc.careful.example', 'TXT', 'v=DMARC1; p=quarantine');
  dns.add('open.example', 'TXT', 'v=spf1 -all');
});
afterAll(() => plane.close());

let mailboxes = 0;
/** A mailbox of its own for a test. */
const newMailbox = async (options: Parameters<typeof publishMailbox>[2] = {}) => {
  mailboxes += 1;
  const address = `m${mailboxes}@here.example`;
  return { address, id: await publishMailbox(plane.db, address, options) };
};

const transact = (mail: Parameters<typeof transactAt>[1]) => transactAt(plane.smtpPort, mail);
const lastReply = async (mail: Parameters<typeof transact>[0]) => (await transact(mail)).at(-1) ?? '';

const header = async (raw: string, name: string) =>
  (await PostalMime.parse(raw)).headers.filter(({ key }) => key === name).map(({ value }) => value);

describe('recipients', () => {
  it('takes mail for an address, its sub-addresses, and any case of it, once per mailbox', async () => {
    const { address, id } = await newMailbox();
    const to = [address, address.toUpperCase(), address.replace('@', '+news@')];
    expect(
      await lastReply({ from: 'a@good.example', to, content: 'From: a@good.example\r\n\r\nhi' }),
    ).toMatch(/^250 2\.0\.0 Delivered/);
    expect(await storedMessages(plane.db, id)).toHaveLength(1);
  });

  it('prefers a mailbox of exactly the address over one it is a sub-address of', async () => {
    const { id } = await newMailbox();
    const exact = await publishMailbox(plane.db, `m${mailboxes}+box@here.example`);
    await transact({
      from: '',
      to: [`m${mailboxes}+box@here.example`],
      content: 'From: a@open.example\r\n\r\nhi',
    });
    expect(await storedMessages(plane.db, exact)).toHaveLength(1);
    expect(await storedMessages(plane.db, id)).toHaveLength(0);
  });

  it('leads postmaster@ and abuse@ of a hosted domain to its first mailbox', async () => {
    await publishDomain(plane, 'roles.example');
    const first = await publishMailbox(plane.db, 'zoe@roles.example');
    await publishMailbox(plane.db, 'adam@roles.example');
    for (const to of ['postmaster@roles.example', 'Abuse@roles.example']) {
      await transact({ from: '', to: [to], content: 'From: a@open.example\r\n\r\nhi' });
    }
    expect(await storedMessages(plane.db, first)).toHaveLength(2);
  });

  it.each([
    ['an unknown address', 'nobody@here.example', /^550 5\.1\.1 /],
    ['a domain of others (no relay)', 'a@elsewhere.example', /^550 5\.7\.1 Relaying denied/],
    ['a subdomain of a hosted domain', 'a@sub.here.example', /^550 5\.7\.1 /],
    ['a percent hack', 'a%elsewhere.example@here.example', /^550 5\.1\.1 /],
    ['a source route', '@here.example:a@elsewhere.example', /^550 5\.7\.1 /],
  ])('refuses %s', async (_case, to, refusal) => {
    expect((await transact({ from: 'a@good.example', to: [to], content: '' })).at(1)).toMatch(refusal);
  });

  it('defers mail for a suspended mailbox with 450 4.2.1', async () => {
    const { address } = await newMailbox({ status: 'suspended' });
    expect(await lastReply({ from: '', to: [address], content: '' })).toMatch(/^450 4\.2\.1 /);
  });

  it('refuses mail for an archived mailbox with 550 5.2.1', async () => {
    const { address } = await newMailbox({ status: 'archived' });
    expect(await lastReply({ from: '', to: [address], content: '' })).toMatch(/^550 5\.2\.1 /);
  });

  it('goes on receiving for a mailbox whose owner paused it', async () => {
    const { id, address } = await newMailbox({ status: 'inactive' });
    await transact({ from: '', to: [address], content: 'From: a@open.example\r\n\r\nhi' });
    expect(await storedMessages(plane.db, id)).toHaveLength(1);
  });

  it('finds a mailbox with an internationalised address', async () => {
    await publishDomain(plane, 'xn--bcher-kva.example');
    const id = await publishMailbox(plane.db, 'jörg@xn--bcher-kva.example');
    await transact({
      from: '',
      args: ' SMTPUTF8',
      to: ['JÖRG@bücher.example'],
      content: 'From: Jörg <jörg@open.example>\r\n\r\nhi',
    });
    const [message] = await storedMessages(plane.db, id);
    expect(message?.raw).toContain('with UTF8SMTP\r\n');
  });

  it('offers no AUTH', async () => {
    const client = await connectRawSmtp(plane.smtpPort);
    const greeting = await client.send('EHLO client.example\r\n');
    expect(greeting).toMatch(/STARTTLS/);
    expect(greeting).toMatch(/8BITMIME/);
    expect(greeting).not.toMatch(/AUTH/);
    expect(await client.send('AUTH PLAIN AGEAYg==\r\n')).toMatch(/^5\d\d /);
    client.close();
  });
});

describe('verdicts', () => {
  it('writes spf, dkim and dmarc results under our name, on top, and the return path above them', async () => {
    const { address, id } = await newMailbox();
    await transact({ from: 'a@good.example', to: [address], content: 'From: a@good.example\r\n\r\nhi' });
    const [message] = await storedMessages(plane.db, id);
    const raw = message?.raw ?? '';
    const [results] = await header(raw, 'authentication-results');
    expect(results).toMatch(new RegExp(`^${HOSTNAME}; dkim=none.*spf=pass.*dmarc=pass`));
    const names = raw.split('\r\n\r\n')[0]!.match(/^[A-Za-z-]+(?=:)/gm);
    expect(names).toEqual(['Return-Path', 'Received-SPF', 'Authentication-Results', 'Received', 'From']);
    expect(message?.folder).toBe('INBOX');
  });

  it('rejects mail that fails a p=reject policy, and puts failed p=quarantine into Junk', async () => {
    const { address, id } = await newMailbox();
    const send = (domain: string) =>
      lastReply({ from: `a@${domain}`, to: [address], content: `From: a@${domain}\r\n\r\nhi` });
    expect(await send('strict.example')).toMatch(/^550 5\.7\.1 .*DMARC policy of strict\.example/);
    expect(await send('careful.example')).toMatch(/^250 /);
    expect(await send('open.example')).toMatch(/^250 /);
    const stored = await storedMessages(plane.db, id);
    const folders = stored
      .map(({ folder, raw }) => [folder, /@(\w+)\.example\r\n\r\n/.exec(raw)?.[1]])
      .sort();
    expect(folders).toEqual([
      ['INBOX', 'open'],
      ['Junk', 'careful'],
    ]);
  });

  it('does not take a spoofed author for one whose envelope passes SPF for another domain', async () => {
    const { address } = await newMailbox();
    const mail = { from: 'a@good.example', to: [address], content: 'From: ceo@strict.example\r\n\r\nhi' };
    expect(await lastReply(mail)).toMatch(/^550 5\.7\.1 /);
  });

  it('finds a broken signature: content changed after signing gives dkim=fail', async () => {
    const { address, id } = await newMailbox();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    plane.dns.add('s._domainkey.open.example', 'TXT', `v=DKIM1; k=rsa; p=${der}`);
    const content = 'From: a@open.example\r\nSubject: Pay 10\r\n\r\nhi\r\n';
    const { signatures } = await dkimSign(content, {
      signatureData: [
        {
          signingDomain: 'open.example',
          selector: 's',
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        },
      ],
    } as Parameters<typeof dkimSign>[1]);
    const send = (text: string) =>
      lastReply({ from: '', to: [address], content: signatures + text.trimEnd() });
    expect(await send(content)).toMatch(/^250 /);
    expect(await send(content.replace('Pay 10', 'Pay 99'))).toMatch(/^250 /);
    const stored = await storedMessages(plane.db, id);
    const results = await Promise.all(stored.map(({ raw }) => header(raw, 'authentication-results')));
    expect(results.map(([value]) => /dkim=(\w+)/.exec(value ?? '')?.[1]).sort()).toEqual(['fail', 'pass']);
  });

  it('takes mail while DNS does not answer, and says temperror', async () => {
    const { address, id } = await newMailbox();
    plane.dns.fail(true);
    const content = 'From: a@strict.example\r\n\r\nhi';
    expect(await lastReply({ from: 'a@strict.example', to: [address], content })).toMatch(/^250 /);
    plane.dns.fail(false);
    const [message] = await storedMessages(plane.db, id);
    expect(await header(message?.raw ?? '', 'authentication-results')).toEqual([
      expect.stringMatching(/spf=temperror/),
    ]);
  });

  it.each([
    ['two From fields', 'From: a@good.example\r\nFrom: ceo@strict.example\r\n\r\nhi', /^550 5\.7\.1 /],
    ['authors of two domains', 'From: a@good.example, ceo@strict.example\r\n\r\nhi', /^550 5\.7\.1 /],
  ])('rejects %s, which no policy could be found for', async (_case, content, refusal) => {
    const { address } = await newMailbox();
    expect(await lastReply({ from: 'a@good.example', to: [address], content })).toMatch(refusal);
  });

  it('puts a message without an author into Junk', async () => {
    const { address, id } = await newMailbox();
    await transact({ from: 'a@good.example', to: [address], content: 'Subject: x\r\n\r\nhi' });
    expect((await storedMessages(plane.db, id)).map(({ folder }) => folder)).toEqual(['Junk']);
  });

  it('delivers to the INBOX when there is no Junk folder any more', async () => {
    const { address, id } = await newMailbox();
    const mail = { from: 'a@careful.example', to: [address], content: 'From: a@careful.example\r\n\r\nhi' };
    await transact(mail);
    await plane.db
      .deleteFrom('mail.folder')
      .where('mailbox_id', '=', id)
      .where('name', '=', 'Junk')
      .execute();
    expect(await lastReply(mail)).toMatch(/^250 /);
    expect((await storedMessages(plane.db, id)).map(({ folder }) => folder)).toEqual(['INBOX']);
  });

  it('removes forged results of our name in every spelling, and a forged return path, and keeps those of others', async () => {
    const { address, id } = await newMailbox();
    const content = [
      `Authentication-Results: ${HOSTNAME}; dmarc=pass header.from=bank.example`,
      `authentication-results: (x) ${HOSTNAME.toUpperCase()} 1;`,
      ' spf=pass',
      `Authentication-Results:\r\n "${HOSTNAME}"; dkim=pass`,
      `Authentication-Results : ${HOSTNAME}; dkim=pass`,
      'Authentication-Results: mx.other.example; spf=neutral',
      'Return-Path: <forged@bank.example>',
      'From: a@open.example',
      '',
      'hi',
    ].join('\r\n');
    await transact({ from: '', to: [address], content });
    const [message] = await storedMessages(plane.db, id);
    const results = await header(message?.raw ?? '', 'authentication-results');
    expect(results).toHaveLength(2);
    expect(results[0]).toMatch(/dmarc=none/);
    expect(results[1]).toBe('mx.other.example; spf=neutral');
    expect(await header(message?.raw ?? '', 'return-path')).toEqual(['<>']);
  });
});

describe('quota', () => {
  const content = `From: a@good.example\r\n\r\n${'x'.repeat(900)}`;

  it('refuses what does not fit with 552 5.2.2', async () => {
    const { address, id } = await newMailbox({ quotaBytes: 1000 });
    expect(await lastReply({ from: 'a@good.example', to: [address], content })).toMatch(/^552 5\.2\.2 /);
    expect(await storedMessages(plane.db, id)).toHaveLength(0);
  });

  it('delivers to those who have room, and reports the others to the sender', async () => {
    const full = await newMailbox({ quotaBytes: 1000 });
    const roomy = await newMailbox();
    const sender = await newMailbox();
    const mail = {
      from: sender.address,
      to: [full.address, roomy.address],
      content: content.replace('a@good', 'a@open'),
    };
    expect(await lastReply(mail)).toMatch(/^250 /);
    expect(await storedMessages(plane.db, roomy.id)).toHaveLength(1);
    expect(await storedMessages(plane.db, full.id)).toHaveLength(0);
    const [report] = await vi.waitFor(async () => {
      const stored = await storedMessages(plane.db, sender.id);
      expect(stored).toHaveLength(1);
      return stored;
    }, SOON);
    expect(report?.raw).toContain(`Final-Recipient: rfc822; ${full.address}`);
    expect(report?.raw).toContain('Status: 5.2.2');
  });
});

describe('form', () => {
  it('refuses a CR or LF that stands alone, and delivers nothing of it', async () => {
    const { address, id } = await newMailbox();
    const content = `From: a@good.example\r\n\r\nouter\n.\r\nMAIL FROM:<x@bank.example>\r\nRCPT TO:<${address}>\r\nDATA\r\n`;
    expect(await lastReply({ from: 'a@good.example', to: [address], content })).toMatch(/^550 5\.6\.11 /);
    expect(await storedMessages(plane.db, id)).toHaveLength(0);
  });

  it('refuses a message that goes in circles', async () => {
    const { address } = await newMailbox();
    const content = `${'Received: from a by b; x\r\n'.repeat(101)}From: a@good.example\r\n\r\nhi`;
    expect(await lastReply({ from: 'a@good.example', to: [address], content })).toMatch(/^554 5\.4\.6 /);
  });

  it('keeps the body octet for octet', async () => {
    const { address, id } = await newMailbox();
    await transact({
      from: '',
      args: ' BODY=8BITMIME',
      to: [address],
      content: 'From: a@open.example\r\n\r\n..a\r\n....\r\nGrüße \t \r\n\r\n',
    });
    const [message] = await storedMessages(plane.db, id);
    expect(message?.raw.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
      '.a\r\n...\r\nGrüße \t \r\n\r\n\r\n',
    );
  });

  it('takes mail over STARTTLS and says so in the trace', async () => {
    const { address, id } = await newMailbox();
    const client = await connectRawSmtp(plane.smtpPort);
    await client.send('EHLO client.example\r\n');
    await client.send('STARTTLS\r\n');
    await client.upgrade();
    await client.send('EHLO client.example\r\n');
    await client.send('MAIL FROM:<>\r\n');
    await client.send(`RCPT TO:<${address}>\r\n`);
    await client.send('DATA\r\n');
    expect(await client.send('From: a@open.example\r\n\r\nhi\r\n.\r\n')).toMatch(/^250 /);
    client.close();
    expect((await storedMessages(plane.db, id))[0]?.raw).toMatch(/with ESMTPS \(TLSv1\.3 /);
  });
});
