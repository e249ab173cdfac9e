// After a full run of the main job no secret lies about in the clear: not in the log, not in any table, not in events,
// webhooks, metrics or spans.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { trace } from '@opentelemetry/api';
import { ImapFlow } from 'imapflow';
import { sql } from 'kysely';
import { createTransport } from 'nodemailer';
import { TOTP } from 'otpauth';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { createVisitor } from '../../planes/identity/testing/visitor.ts';
import { loadConfig } from '../config/config.ts';
import { type Installation, startInstallation } from '../roles/installation.ts';
import { askUntil } from './follow.ts';
import { type HookReceiver, startHookReceiver } from './hook-receiver.ts';
import { freshName, mailboxesOn, orderOf } from './order-body.ts';
import { environmentOf, useSequencerFakes } from './sequencer-world.ts';
import { type Body, testEnvironment } from './test-installation.ts';

const database = useTestDatabase();
const [sequencer] = await useSequencerFakes(1);
let dataDir: string;
let installation: Installation;
let receiver: HookReceiver;
let log = '';
const spans: unknown[] = [];

beforeAll(async () => {
  trace.setGlobalTracerProvider(recordingTracer as never);
  receiver = await startHookReceiver();
  dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-secrets-'));
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  const environment = {
    ...testEnvironment(database.url, dataDir),
    ...environmentOf([sequencer!]),
    INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32',
  };
  installation = await startInstallation(loadConfig(environment), {
    log: pino({ level: 'trace' }, sink),
    workflow: { timeScale: 0.05 },
  });
});
afterAll(async () => {
  await installation?.close();
  await receiver?.close();
  await rm(dataDir, { recursive: true, force: true });
  trace.disable();
});

/** Keeps whatever is written on a span. */
const recordingTracer = {
  getTracer: () => ({
    startActiveSpan(name: string, ...rest: unknown[]) {
      const run = rest.at(-1) as (span: object) => unknown;
      spans.push(name, ...rest.slice(0, -1));
      const keep =
        (what: string) =>
        (...args: unknown[]) =>
          void spans.push(what, args);
      return run({
        setAttribute: keep('attribute'),
        setStatus: keep('status'),
        recordException: keep('exception'),
        end: keep('end'),
      });
    },
  }),
};

const call = async (method: string, path: string, body?: object): Promise<Body> => {
  const response = await fetch(`${installation.baseUrl}/v1/api${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${installation.firstKey!.api_key}`,
      'X-Workspace-Id': installation.firstKey!.workspace_id,
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.randomUUID(),
    },
    body: body && JSON.stringify(body),
  });
  return response.json();
};

/** Every way a secret could be written: as it is, as JSON, in base64 with any alignment, in hex. */
const formsOf = (secret: string): string[] => {
  const inner = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64');
    // What surrounds the secret changes the characters at its edges.
    return text.slice(Math.ceil((shift * 8) / 6) + (shift ? 1 : 0), -4);
  });
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...inner].concat(
    Buffer.from(secret).toString('hex'),
  );
};

/** Every value of every table, as text. */
const everythingStored = async (): Promise<Map<string, string>> => {
  const tables = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')
  `.execute(database.db);
  const stored = new Map<string, string>();
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(
      database.db,
    );
    stored.set(name, rows.map(({ row }) => row).join('\n'));
  }
  return stored;
};

/** Somebody who is invited, signs in with a code, and is given a new password: every secret there is on the way. */
const livePerson = async (): Promise<string[]> => {
  const cookies = new Map<string, string>();
  let csrfToken = '';
  const visit = async (path: string, body: object): Promise<Body> => {
    const response = await fetch(`${installation.baseUrl}/v1/api${path}`, {
      method: 'POST',
      headers: {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'X-CSRF-Token': csrfToken,
        'Idempotency-Key': crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const answer = (await response.json()) as Body;
    csrfToken = answer.csrf_token ?? csrfToken;
    return answer;
  };
  const email = 'planted@people.example';
  const [password, replaced] = ['a planted pass phrase', 'another planted phrase'];
  const { link } = await call('POST', '/people/invite', { email, role: 'owner' });
  const token = link.split('#')[1];
  await visit('/people/link', { token });
  const { person } = await visit('/people/accept', { token, name: 'Mara', password });
  await visit('/sessions', { email, password: `${password}x` });
  await visit('/sessions', { email, password });
  const { secret } = await visit('/factors/totp', { password });
  const code = new TOTP({ secret }).generate();
  const { recovery_codes } = await visit('/factors/totp/confirm', { code });
  await visit('/sessions', { email, password, code: recovery_codes[0] });
  const reset = (await call('POST', '/people/reset-link', { uid: person.uid })).link.split('#')[1];
  await visit('/people/reset-password', { token: reset, password: replaced });
  return [token, reset, password, replaced, secret, csrfToken, ...recovery_codes, ...cookies.values()];
};

/** A program that is let in to a mailbox: its own secret, and the tokens it gets, used right and nearly right. */
const letIn = async (mailbox: { email: string; password: string; seed: string }): Promise<string[]> => {
  const redirect_uri = 'https://app.example.net/done';
  const made = await call('POST', '/oauth-clients', { name: 'Desk', redirect_uris: [redirect_uri] });
  const { client_id, client_secret, issuer } = made;
  const visitor = createVisitor(issuer);
  const verifier = 'planted-verifier-planted-verifier-planted-verifier';
  const asked = {
    ...{ client_id, redirect_uri, response_type: 'code', scope: 'openid mail offline_access' },
    ...{ prompt: 'consent', code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  };
  await visitor.open(`${issuer}/auth?${new URLSearchParams(asked)}`);
  await visitor.submit({ action: 'password', address: mailbox.email, password: mailbox.password });
  await visitor.submit({ action: 'code', code: new TOTP({ secret: mailbox.seed }).generate() });
  const { url } = await visitor.submit({ action: 'allow' });
  const code = new URL(url).searchParams.get('code')!;
  const exchange = async (secret: string, body: Record<string, string>): Promise<Body> => {
    const sent = new URLSearchParams({ client_id, client_secret: secret, redirect_uri, ...body });
    return (await fetch(`${issuer}/token`, { method: 'POST', body: sent })).json();
  };
  await exchange(`${client_secret}x`, { grant_type: 'authorization_code', code });
  const tokens = await exchange(client_secret, {
    ...{ grant_type: 'authorization_code', code, code_verifier: verifier },
  });
  await exchange(client_secret, { grant_type: 'refresh_token', refresh_token: `${tokens.refresh_token}x` });
  await fetch(`${issuer}/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  return [client_secret, code, tokens.access_token, tokens.refresh_token];
};

/** An account at a sequencer: added, changed to one that is refused, and used. */
const handOver = async (mailboxUid: string): Promise<string[]> => {
  const { fake, platform } = sequencer!;
  const added = await call('POST', '/sequencers/add', { name: 'Main', platform, ...fake.credential });
  const wrong = Object.fromEntries(
    Object.entries(fake.credential).map(([name, value]) => [name, `${value}-planted-and-wrong`]),
  );
  await call('POST', '/sequencers/update', { uid: added.uid, ...wrong });
  await call('POST', '/sequencers/export', { sequencer_uid: added.uid, mailbox_uids: [mailboxUid] });
  await askUntil(
    () => call('POST', '/sequencers/export/status', { mailbox_uids: [mailboxUid] }),
    ({ data }) => data[0].status === 'completed',
  );
  return [...Object.values(fake.credential), ...Object.values(wrong)].filter(({ length }) => length >= 16);
};

test('secrets of mailboxes, keys, people, programs, sequencers and webhooks are nowhere but in the answers that show them', async () => {
  const { firstKey, ports } = installation;
  const hooks = [
    await call('POST', '/webhooks', { url: receiver.url('/standard') }),
    await call('POST', '/webhooks', { url: receiver.url('/inboxkit'), format: 'inboxkit' }),
  ];
  const rotated = await call('POST', '/webhooks/rotate-secret', { uid: hooks[0].uid });
  const name = freshName();
  const placed = await call('POST', '/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 2) }]));
  await askUntil(
    () => call('GET', `/orders/${placed.order_id}`),
    (order) => order.status === 'done',
  );
  const emails = [0, 1].map((index) => `mara${index}@${name}`);
  const shown: Body[] = [];
  for (const email of emails) shown.push(await call('GET', `/mailboxes/show-credentials?email=${email}`));

  // The secrets travel through every door that takes them: right ones and nearly right ones.
  const tls = { rejectUnauthorized: false };
  for (const [index, { password, app_password }] of shown.entries()) {
    const auth = { user: emails[index]!, pass: index === 0 ? password : app_password };
    const smtp = createTransport({ host: '127.0.0.1', port: ports.submissions!, secure: true, auth, tls });
    await smtp.sendMail({ from: auth.user, to: emails[1 - index], subject: 'Hello', text: 'Hello' });
    smtp.close();
    for (const pass of [auth.pass, `${auth.pass}x`]) {
      const imap = new ImapFlow({
        host: '127.0.0.1',
        port: ports.imaps!,
        secure: true,
        auth: { user: auth.user, pass },
        tls,
        logger: false,
      });
      await imap.connect().then(
        () => imap.logout(),
        () => {},
      );
    }
  }
  await fetch(`${installation.baseUrl}/v1/api/account`, {
    headers: { Authorization: `Bearer ${firstKey!.api_key}x` },
  });
  await askUntil(
    async () => receiver.received.filter(({ body }) => body.type === 'mailbox.credentials_revealed'),
    (revealed) => revealed.length === 2,
  );

  const [first] = shown;
  const programs = await letIn({ email: emails[0]!, password: first.password, seed: first.secret });
  const sequencers = await handOver(placed.domains[0].mailboxes[0].uid);
  expect([programs.length, sequencers.length > 0]).toEqual([4, true]);
  const secrets = [
    ...programs,
    ...sequencers,
    firstKey!.api_key,
    firstKey!.set_up_url.split('#')[1]!,
    ...(await livePerson()),
    rotated.secret,
    ...hooks.map(({ secret }) => secret),
    ...shown.flatMap(({ password, app_password, secret }) => [password, app_password, secret]),
  ];
  expect(secrets.every((secret) => typeof secret === 'string' && secret.length >= 16)).toBe(true);

  const metrics = await (await fetch(`${installation.baseUrl}/metrics`)).text();
  const events = await call('GET', '/events?limit=500');
  const places = new Map<string, string>([
    ['the log', log],
    ['the metrics', metrics],
    ['the spans', JSON.stringify(spans)],
    ['the events', JSON.stringify(events)],
    ['the webhooks', receiver.received.map(({ headers, text }) => JSON.stringify(headers) + text).join('\n')],
    ...(await everythingStored()),
  ]);
  // The places are not empty, or nothing could be found in them.
  for (const place of [
    'the log',
    'the metrics',
    'the spans',
    'the webhooks',
    'public.mailbox',
    'public.event',
    'public.audit_entry',
  ]) {
    expect(places.get(place)!.length, place).toBeGreaterThan(200);
  }
  const found: string[] = [];
  for (const [place, text] of places) {
    for (const [index, secret] of secrets.entries()) {
      if (formsOf(secret).some((form) => text.includes(form))) found.push(`secret ${index} in ${place}`);
    }
  }
  expect(found).toEqual([]);
});

test('the search would find a secret in every form it could be written in', () => {
  const secret = '.da5Uz9B2Y.ug2KY-KHq';
  const forms = formsOf(secret);
  const finds = (text: string) => forms.some((form) => text.includes(form));
  for (const around of ['', 'a', 'ab', 'abc']) {
    expect(finds(Buffer.from(`${around}${secret}${around}`).toString('base64')), around).toBe(true);
    expect(finds(Buffer.from(`${around}${secret}${around}`).toString('hex'))).toBe(true);
    expect(finds(JSON.stringify({ [around]: `${around}${secret}` }))).toBe(true);
  }
});
