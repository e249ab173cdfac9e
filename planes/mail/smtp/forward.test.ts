// Proves that mail sent on to other systems arrives there unharmed, passes their checks, and that reports about it find
// their way back to its sender, and to nobody else.
import { generateKeyPairSync } from 'node:crypto';
import { authenticate, dkimSign } from 'mailauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { reverseSender, rewriteSender } from '../../../protocols/mail/srs.ts';
import { createResolver } from '../resolver.ts';
import {
  HOSTNAME,
  publishDomain,
  publishForward,
  publishMailbox,
  startTestGround,
  startTestPlaneOn,
  storedMessages,
  type TestGround,
  type TestPlane,
} from '../testing/plane.ts';
import { transact } from '../testing/raw-smtp.ts';
import { type RemoteHost, startRemoteHost, type Taken } from '../testing/remote-host.ts';
import { createSrs } from './srs.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };
const DAY_MS = 24 * 60 * 60 * 1000;

const database = useTestDatabase();
let ground: TestGround;
let remote: RemoteHost;
let plane: TestPlane;
let authorKey: string;

const outbound = () => ({ enabled: true, allowTargets: ['127.0.0.0/8'], port: remote.port });

beforeAll(async () => {
  ground = await startTestGround(database.db);
  remote = await startRemoteHost();
  plane = await startTestPlaneOn(ground, database.url, outbound());
  const { dns } = ground;
  dns.add('mx.elsewhere.example', 'A', '127.0.0.1');
  for (const domain of ['elsewhere.example', 'author.example']) {
    dns.add(domain, 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });
  }
  // The author's host is another one than ours, also where SPF is concerned: only DKIM can still speak for the author
  // once we have sent the mail on. The test connects from 127.0.0.1, which is our host's address as well.
  dns.add('author.example', 'TXT', 'v=spf1 ip4:192.0.2.1 -all');
  dns.add('_dmarc.author.example', 'TXT', 'v=DMARC1; p=reject');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  authorKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  dns.add('s._domainkey.author.example', 'TXT', `v=DKIM1; k=rsa; p=${der}`);
  for (const domain of ['here.example', 'second.example', 'third.example', 'home.example']) {
    await publishDomain(ground, domain);
  }
  await publishForward(ground.db, 'here.example', 'catch_all', 'me@elsewhere.example');
  await publishForward(ground.db, 'second.example', 'forward', 'me@elsewhere.example');
  await publishForward(ground.db, 'third.example', 'forward', 'me@elsewhere.example');
});
beforeEach(() => {
  remote.taken.length = 0;
});
afterAll(async () => {
  await plane.close();
  await remote.close();
  await ground.close();
});

/** A message of the author, signed in the strictest way there is. */
const signed = async (body: string): Promise<string> => {
  const message = `From: Ann <ann@author.example>\r\nTo:  info@here.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n${'Date: Mon, 23 Nov 2026 16:41:00 +0000\r\nMessage-ID: <1@author.example>\r\nX-Odd:\t folded\r\n  twice \r\n\r\n'}${body}`;
  const { signatures } = await dkimSign(message, {
    canonicalization: 'simple/simple',
    signatureData: [{ signingDomain: 'author.example', selector: 's', privateKey: authorKey }],
  } as Parameters<typeof dkimSign>[1]);
  return signatures + message;
};

const send = async (to: string, content: string, from = 'ann@author.example', args = '') => {
  const mail = { from, to: [to], content: content.replace(/\r\n$/, ''), args };
  return (await transact(plane.smtpPort, mail)).at(-1) ?? '';
};

const taken = (count = 1): Promise<Taken[]> =>
  vi.waitFor(() => {
    expect(remote.taken).toHaveLength(count);
    return remote.taken;
  }, SOON);

/** What the host that took the message finds out about it. */
const examined = ({ content, from }: Taken) => {
  const resolver = createResolver([ground.dns.server]);
  return authenticate(content, {
    ip: '127.0.0.1',
    helo: HOSTNAME,
    sender: from,
    mta: 'mx.elsewhere.example',
    resolver: (name, type) => resolver.resolve(name, type) as Promise<string[]>,
    disableBimi: true,
  });
};

const secret = async (): Promise<string> => {
  // Makes it when this is the first use.
  await createSrs(ground.db, ground.secretBox).rewrite('a@author.example', 'here.example', new Date());
  const { secret_sealed } = await ground.db
    .selectFrom('mail.srs_secret')
    .selectAll()
    .executeTakeFirstOrThrow();
  return ground.secretBox.open(secret_sealed, 'mail.srs_secret');
};

describe('mail sent on to another system', () => {
  it('arrives with every byte as it was below our trace, and the signature of its author still passes', async () => {
    const content = await signed('Grüße \t \r\n\r\n..dots\r\n.\t\r\n-- \r\nAnn  \r\n\r\n');
    expect(
      await send('Info@here.example', content.replace(/\r\n\./g, '\r\n..'), undefined, ' BODY=8BITMIME'),
    ).toMatch(/^250 /);
    const [mail] = await taken();
    expect(mail).toMatchObject({ to: 'me@elsewhere.example', secure: true });
    expect(mail?.content.endsWith(content)).toBe(true);
    const names = mail?.content.slice(0, -content.length).match(/^[A-Za-z-]+(?=:)/gm);
    expect(names).toEqual([
      'ARC-Seal',
      'ARC-Message-Signature',
      'ARC-Authentication-Results',
      'Delivered-To',
      'Received-SPF',
      'Authentication-Results',
      'Received',
    ]);
    expect(mail?.content).toContain('\r\nDelivered-To: info@here.example\r\n');
    const { dkim, dmarc } = await examined(mail as Taken);
    expect(dkim.results.map(({ signingDomain, status }) => [signingDomain, status.result])).toEqual([
      ['author.example', 'pass'],
    ]);
    expect(dmarc).toMatchObject({ status: { result: 'pass' } });
  });

  it('has a sender of the forwarding domain, which passes SPF and holds the original one', async () => {
    await send('info@here.example', await signed('hi\r\n'));
    const [mail] = await taken();
    expect(mail?.from).toMatch(/^SRS0=....=..=author\.example=ann@here\.example$/);
    const { spf } = await examined(mail as Taken);
    expect(spf).toMatchObject({ status: { result: 'pass' }, domain: 'here.example' });
    expect(reverseSender(mail?.from ?? '', await secret(), new Date())).toEqual({
      result: 'reversed',
      address: 'ann@author.example',
    });
  });

  it('is sealed by the forwarding domain with the verdict it had when it came in', async () => {
    await send('info@here.example', await signed('hi\r\n'));
    const [mail] = await taken();
    const { arc } = await examined(mail as Taken);
    expect(arc).toMatchObject({
      i: 1,
      status: { result: 'pass' },
      signature: { signingDomain: 'here.example' },
    });
    const field =
      /^ARC-Authentication-Results: i=1; [^\r]*(?:\r\n\s[^\r]*)*/m.exec(mail?.content ?? '')?.[0] ?? '';
    expect(field).toContain(`i=1; ${HOSTNAME};`);
    expect(field).toMatch(/dkim=pass[\s\S]*spf=fail[\s\S]*dmarc=pass/);
  });

  it('adds to the chain of seals of those who sent it on before, and says when that is broken', async () => {
    await send('info@here.example', await signed('hi\r\n'));
    const [first] = await taken();
    const again = first?.content ?? '';
    await send('info@second.example', again, first?.from);
    const [, intact] = await taken(2);
    const { arc } = await examined(intact as Taken);
    expect(arc).toMatchObject({ i: 2, status: { result: 'pass' } });
    await send('info@second.example', again.replace('dmarc=pass', 'dmarc=none'), first?.from);
    const [, , broken] = await taken(3);
    expect(broken?.content).toMatch(/^ARC-Seal: i=2;[^;]*;[^;]*; cv=fail/);
    // RFC 8617 §5.1: a chain that has failed is never added to.
    await send('info@third.example', broken?.content ?? '', broken?.from);
    const [, , , after] = await taken(4);
    expect(after?.content.match(/^ARC-Seal: i=\d/gm)).toEqual(['ARC-Seal: i=2', 'ARC-Seal: i=1']);
    expect(intact?.from).toMatch(/^SRS1=....=here\.example==....=..=author\.example=ann@second\.example$/);
    expect(intact?.content).toMatch(/^ARC-Seal: i=2;[^;]*;[^;]*; cv=pass/);
  });

  it('with the null sender keeps that', async () => {
    await send('info@here.example', await signed('report\r\n'), '');
    expect((await taken())[0]?.from).toBe('');
  });

  it('goes once for many addresses that lead to the same one, with all of them in the trace', async () => {
    const content = await signed('hi\r\n');
    const to = ['a@here.example', 'b@here.example', 'A@here.example'];
    await transact(plane.smtpPort, { from: 'ann@author.example', to, content });
    const [mail] = await taken();
    expect(mail?.content.match(/^Delivered-To: .*$/gm)).toEqual([
      'Delivered-To: b@here.example',
      'Delivered-To: a@here.example',
    ]);
    const queued = await ground.db
      .selectFrom('mail.queue_message')
      .select('id')
      .where('forwarded_for', 'in', to)
      .execute();
    expect(queued).toHaveLength(1);
  });

  it('is sent without a seal by a domain that has no key', async () => {
    await publishDomain(ground, 'keyless.example');
    await ground.db.deleteFrom('published.dkim_key').where('domain', '=', 'keyless.example').execute();
    await publishForward(ground.db, 'keyless.example', 'forward', 'me@elsewhere.example');
    await send('x@keyless.example', await signed('hi\r\n'));
    const [mail] = await taken();
    expect(mail?.content).toMatch(/^Delivered-To: x@keyless\.example\r\n/);
  });

  it('from a sender whose address leaves no room for ours is refused', async () => {
    const from = `ann@${'a.'.repeat(108)}author.example`;
    expect(await send('info@here.example', await signed('hi\r\n'), from)).toMatch(/^550 5\.1\.7 /);
  });

  it('is refused after 30 hosts, where a mailbox would still take it', async () => {
    const ann = await publishMailbox(ground.db, 'ann@here.example');
    const hops = (count: number) => 'Received: from a by b; x\r\n'.repeat(count);
    const content = await signed('hi\r\n');
    expect(await send('info@here.example', hops(30) + content)).toMatch(/^554 5\.4\.6 /);
    expect(await send('ann@here.example', hops(30) + content)).toMatch(/^250 /);
    expect(await send('info@here.example', hops(29) + content)).toMatch(/^250 /);
    await taken();
    expect(await storedMessages(ground.db, ann)).toHaveLength(1);
  });
});

describe('a report about mail that was sent on', () => {
  /** The sender that a message of the author is sent on with. */
  const rewritten = async (): Promise<string> => {
    await send('info@here.example', await signed('hi\r\n'));
    const [mail] = await taken();
    remote.taken.length = 0;
    return mail?.from ?? '';
  };
  const report = 'From: mailer-daemon@elsewhere.example\r\nSubject: Undelivered\r\n\r\nNo.\r\n';

  it('of another system goes to the original sender, untouched', async () => {
    expect(await send(await rewritten(), report, '')).toMatch(/^250 /);
    const [mail] = await taken();
    expect(mail).toMatchObject({ from: '', to: 'ann@author.example' });
    expect(mail?.content.endsWith(report)).toBe(true);
  });

  it('finds a sender whose address needs quotes', async () => {
    await send('info@here.example', await signed('hi\r\n'), '"ann(=a=)"@author.example');
    const from = (await taken())[0]?.from ?? '';
    expect(from).toMatch(/^"SRS0=....=..=author\.example=ann\(=a=\)"@here\.example$/);
    expect(await send(from, report, '')).toMatch(/^250 /);
    expect((await taken(2))[1]?.to).toBe('"ann(=a=)"@author.example');
  });

  it('goes back through every domain of ours that sent the mail on, to a mailbox here as well', async () => {
    const zoe = await publishMailbox(ground.db, 'zoe@home.example');
    const key = await secret();
    const first = rewriteSender('zoe@home.example', 'second.example', key, new Date()) ?? '';
    const second = rewriteSender(first, 'here.example', key, new Date()) ?? '';
    expect(second).toMatch(/^SRS1=/);
    expect(await send(second, report, '')).toMatch(/^250 /);
    expect((await storedMessages(ground.db, zoe))[0]?.raw).toMatch(/^Return-Path: <>\r\n/);
  });

  it('of ours goes to the original sender, about the address the mail was for, and does not tell where that leads', async () => {
    const gone = await startRemoteHost({ host: '127.0.0.9', port: remote.port });
    gone.refuse('rcpt', '550 5.1.1 <Private@Gone.example>: no such user');
    ground.dns.add('gone.example', 'MX', { preference: 10, exchange: 'mx.gone.example' });
    ground.dns.add('mx.gone.example', 'A', '127.0.0.9');
    await publishDomain(ground, 'lost.example');
    await publishForward(ground.db, 'lost.example', 'forward', 'private@gone.example');
    await send('Info@lost.example', await signed('hi\r\n'));
    const [mail] = await taken();
    await gone.close();
    expect(mail).toMatchObject({ from: '', to: 'ann@author.example' });
    expect(mail?.content).toContain('Final-Recipient: rfc822; Info@lost.example');
    expect(mail?.content).toContain('Diagnostic-Code: smtp; 550 5.1.1 <Info@lost.example>: no such user');
    expect(mail?.content).not.toMatch(/private/i);
    expect((await examined(mail as Taken)).dkim.results.map(({ status }) => status.result)).toContain('pass');
  });

  it('is taken from nobody who made the address up, with a catch-all or without', async () => {
    const address = await rewritten();
    const forged = [
      address.replace('=ann@', '=bob@'),
      address.replace('author.example', 'victim.example'),
      address.replace(/^SRS0=(.)/, (_all, first) => `SRS0=${/x/i.test(first) ? 'y' : 'x'}`),
      `SRS1=xxxx=victim.example==xxxx=TT=author.example=ann@here.example`,
    ];
    for (const to of forged) expect(await send(to, report, '')).toMatch(/^550 5\.7\.1 /);
    await ground.db.deleteFrom('published.mail_forward').where('domain', '=', 'here.example').execute();
    for (const to of forged) expect(await send(to, report, '')).toMatch(/^550 5\.7\.1 /);
    expect(await send(address, report, '')).toMatch(/^250 /);
    await publishForward(ground.db, 'here.example', 'catch_all', 'me@elsewhere.example');
    expect(await taken()).toHaveLength(1);
  });

  it('is not taken when it is none: from a sender, or more than 21 days later', async () => {
    const address = await rewritten();
    expect(await send(address, report, 'spam@elsewhere.example')).toMatch(/^550 5\.7\.1 /);
    const old = new Date(Date.now() - 22 * DAY_MS);
    const expired = rewriteSender('ann@author.example', 'here.example', await secret(), old) ?? '';
    expect(await send(expired, report, '')).toMatch(/^550 5\.1\.1 /);
    expect(remote.taken).toEqual([]);
  });
});

describe('while outbound delivery is off', () => {
  it('forwarded mail is held with the reason, and goes when it is switched on', async () => {
    await plane.close();
    plane = await startTestPlaneOn(ground, database.url, { enabled: false });
    expect(await send('held@here.example', await signed('hi\r\n'))).toMatch(/^250 /);
    const row = () =>
      ground.db
        .selectFrom('mail.queue_recipient as r')
        .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
        .select(['r.state', 'r.reason'])
        .where('m.forwarded_for', '=', 'held@here.example')
        .executeTakeFirst();
    await vi.waitFor(
      async () =>
        expect(await row()).toEqual({
          state: 'held',
          reason: expect.stringContaining('Outbound delivery is switched off'),
        }),
      SOON,
    );
    await plane.close();
    plane = await startTestPlaneOn(ground, database.url, outbound());
    expect((await taken())[0]?.to).toBe('me@elsewhere.example');
    await vi.waitFor(async () => expect(await row()).toEqual({ state: 'delivered', reason: null }), SOON);
  });
});
