// Access tokens in place of passwords, by mail programs and by hand: what they open, how a refusal is explained, and that
// one taken back is over at once.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { RawClient } from './imap/testing/raw-client.ts';
import { hashOfToken, parseBearer } from './mail-token.ts';
import { type MailPlane, startMailPlane } from './main.ts';
import { onFreePorts } from './testing/free-ports.ts';
import {
  HOSTNAME,
  publishDomain,
  publishMailbox,
  startTestGround,
  type TestGround,
} from './testing/plane.ts';
import { connectRawSmtp, type RawSmtp } from './testing/raw-smtp.ts';

const database = useTestDatabase();
const ANN = 'ann@here.example';
let ground: TestGround;
let plane: MailPlane;
let annId: string;

beforeAll(async () => {
  ground = await startTestGround(database.db);
  await publishDomain(ground, 'here.example');
  annId = await publishMailbox(ground.db, ANN);
  plane = await startMailPlane({
    databaseUrl: database.url,
    db: database.db,
    secretBox: ground.secretBox,
    tls: ground.tls,
    hostname: HOSTNAME,
    listeners: onFreePorts,
    resolver: { servers: [ground.dns.server] },
    outbound: { enabled: false },
    log: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await plane.close();
  await ground.close();
});

/** A token as the identity plane keeps it. */
const issue = async (over: { scopes?: string[]; expiresAt?: Date; mailboxId?: string } = {}) => {
  const token = randomBytes(24).toString('base64url');
  const values = {
    model: 'AccessToken',
    id_hash: hashOfToken(token),
    mailbox_id: over.mailboxId ?? annId,
    scopes: over.scopes ?? ['openid', 'mail'],
    payload_sealed: '',
    expires_at: over.expiresAt ?? new Date(Date.now() + 3_600_000),
  };
  await database.db.insertInto('identity.artifact').values(values).execute();
  return token;
};
const takeBack = (token: string) =>
  database.db.deleteFrom('identity.artifact').where('id_hash', '=', hashOfToken(token)).execute();

const base64 = (text: string) => Buffer.from(text).toString('base64');
const xoauth2 = (token: string, user = ANN) => base64(`user=${user}\x01auth=Bearer ${token}\x01\x01`);
const oauthBearer = (token: string, user = ANN) =>
  base64(`n,a=${user},\x01host=${HOSTNAME}\x01port=465\x01auth=Bearer ${token}\x01\x01`);
const fromBase64 = (text: string): object => JSON.parse(Buffer.from(text, 'base64').toString());

const smtp = async (): Promise<RawSmtp> => {
  const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
  await client.send('EHLO client.example\r\n');
  return client;
};
const imap = async (): Promise<RawClient> => {
  const client = await RawClient.connect(plane.imapsPort, true);
  await client.greeting();
  return client;
};

it('sends by nodemailer and reads by imapflow with an access token', async () => {
  const accessToken = await issue();
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: plane.submissionsPort,
    secure: true,
    tls: { ca: ground.tls.cert, servername: HOSTNAME },
    auth: { type: 'OAuth2', user: ANN, accessToken },
  });
  await transport.sendMail({ from: ANN, to: ANN, subject: 'by token', text: 'hi' });
  transport.close();

  const reader = new ImapFlow({
    host: '127.0.0.1',
    port: plane.imapsPort,
    secure: true,
    tls: { ca: ground.tls.cert, servername: HOSTNAME },
    auth: { user: ANN, accessToken },
    logger: false,
  });
  await reader.connect();
  await reader.mailboxOpen('INBOX');
  await expect.poll(() => reader.search({ subject: 'by token' }), { timeout: 30_000 }).toHaveLength(1);
  await reader.logout();
});

it.each([
  ['XOAUTH2', xoauth2],
  ['OAUTHBEARER', oauthBearer],
])('signs in by %s over SMTP and IMAP, with and without an initial response', async (mechanism, response) => {
  const token = await issue();
  const [oneLine, twoLines] = [await smtp(), await smtp()];
  expect(await oneLine.send(`AUTH ${mechanism} ${response(token)}\r\n`)).toMatch(/^235 /);
  expect(await twoLines.send(`AUTH ${mechanism}\r\n`)).toMatch(/^334/);
  expect(await twoLines.send(`${response(token)}\r\n`)).toMatch(/^235 /);
  for (const client of [oneLine, twoLines]) client.close();

  const reader = await imap();
  expect((await reader.command(`AUTHENTICATE ${mechanism} ${response(token)}`)).tagged).toMatch(/^OK /);
  reader.close();
  const asked = await imap();
  asked.send(`a AUTHENTICATE ${mechanism}\r\n`);
  expect(await asked.response()).toBe('+ ');
  asked.send(`${response(token)}\r\n`);
  expect(await asked.response()).toMatch(/^a OK /);
  asked.close();
});

test('both mechanisms are offered under TLS, and no mechanism without', async () => {
  const plain = await connectRawSmtp(plane.submissionPort);
  expect(await plain.send('EHLO client.example\r\n')).not.toContain('AUTH');
  expect(await plain.send(`AUTH XOAUTH2 ${xoauth2(await issue())}\r\n`)).toMatch(/^5/);
  plain.close();
  const secure = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
  expect(await secure.send('EHLO client.example\r\n')).toContain('AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER');
  secure.close();
  for (const [port, isSecure] of [
    [plane.imapPort, false],
    [plane.imapsPort, true],
  ] as const) {
    const client = await RawClient.connect(port, isSecure);
    expect((await client.greeting()).includes('AUTH=OAUTHBEARER')).toBe(isSecure);
    client.close();
  }
});

describe('a token that opens nothing', () => {
  it.each([
    ['unknown', async () => 'unknown', ANN],
    ['without the scope mail', () => issue({ scopes: ['openid'] }), ANN],
    ['over', () => issue({ expiresAt: new Date(Date.now() - 1000) }), ANN],
    ['for another mailbox', () => issue(), 'bob@here.example'],
  ])('is refused when it is %s, and its client is told why', async (_what, make, user) => {
    await publishMailbox(ground.db, 'bob@here.example').catch(() => {});
    const token = await make();
    const why = { status: 'invalid_token', schemes: 'bearer', scope: 'mail' };
    for (const [mechanism, response] of [
      ['XOAUTH2', xoauth2(token, user)],
      ['OAUTHBEARER', oauthBearer(token, user)],
    ]) {
      const sender = await smtp();
      const challenge = await sender.send(`AUTH ${mechanism} ${response}\r\n`);
      expect(fromBase64(challenge.replace('334 ', ''))).toEqual(why);
      expect(await sender.send('AQ==\r\n')).toMatch(/^535 /);
      sender.close();
      const reader = await imap();
      reader.send(`a AUTHENTICATE ${mechanism} ${response}\r\n`);
      expect(fromBase64((await reader.response()).replace('+ ', ''))).toEqual(why);
      reader.send('AQ==\r\n');
      expect(await reader.response()).toContain('a NO [AUTHENTICATIONFAILED]');
      reader.close();
    }
  });
});

test('a token that is taken back ends the sessions it opened: no more mail goes out, and none is read', async () => {
  const token = await issue();
  const sender = await smtp();
  await sender.send(`AUTH XOAUTH2 ${xoauth2(token)}\r\n`);
  expect(await sender.send(`MAIL FROM:<${ANN}>\r\n`)).toMatch(/^250 /);
  await sender.send('RSET\r\n');
  const reader = new ImapFlow({
    host: '127.0.0.1',
    port: plane.imapsPort,
    secure: true,
    tls: { ca: ground.tls.cert, servername: HOSTNAME },
    auth: { user: ANN, accessToken: token },
    logger: false,
  });
  await reader.connect();
  const closed = once(reader, 'close');
  await takeBack(token);
  expect(await sender.send(`MAIL FROM:<${ANN}>\r\n`)).toMatch(/^421 4\.7\.0 .*sign in again/);
  await closed;
  sender.close();
});

test('a response is read as the standard writes it, and nothing else is', () => {
  expect(parseBearer('n,a=a=3Db=2Cc@here.example,\x01auth=Bearer abc~.+/-_=\x01\x01')).toEqual({
    address: 'a=b,c@here.example',
    token: 'abc~.+/-_=',
  });
  expect(parseBearer('user=a@b.example\x01auth=bearer  t\x01\x01')).toEqual({
    address: 'a@b.example',
    token: 't',
  });
  for (const wrong of [
    '',
    'n,,\x01auth=Bearer t\x01\x01',
    'user=a@b.example\x01auth=Basic t\x01\x01',
    'user=a\x01\x01',
  ]) {
    expect(parseBearer(wrong)).toBeNull();
  }
});
