// `npm run bench -- consent`: a hundred consent requests by four browsers, beside a script that clicks through the same
// pages and does nothing else.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { chromium } from 'playwright-core';
import { findChromium } from '../browser/chromium.ts';
import { freshName, mailboxesOn, orderOf } from '../server/testing/order-body.ts';
import { makeDataDirectory } from './data-directory.ts';
import { type Installation, startInstallation } from './installation.ts';
import { inLanes } from './lanes.ts';
import { figure, megabytes, part, seconds, times, title } from './report.ts';
import { familyPssBytesOf } from './usage.ts';

const REQUESTS = 100;
const BROWSERS = 4;
const MAILBOXES = 20;
const PEER_RUNS = 20;
const PATIENCE_MS = 20 * 60_000;
const WEIGH_EVERY_MS = 500;

export const benchConsent = async (): Promise<void> => {
  title(`consent: ${REQUESTS} requests of ${MAILBOXES} mailboxes, ${BROWSERS} browsers`);
  const data = await makeDataDirectory();
  const browserDir = join(import.meta.dirname, '../node_modules/.cache/inboxkit-browser');
  const client = createServer((_request, response) => response.end('Thank you'));
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
  const redirect = `http://127.0.0.1:${(client.address() as AddressInfo).port}/done`;
  const installation = await startInstallation(data.path, {
    INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32',
    INBOXKIT_CONSENT_BROWSERS: String(BROWSERS),
    INBOXKIT_BROWSER_DIR: browserDir,
    INBOXKIT_MAX_MAILBOXES_PER_DOMAIN: '10',
  });
  const { api, pid } = installation;
  const mailboxes = await makeMailboxes(installation);
  const app = await api.post('/oauth-clients', { name: 'Bench', redirect_uris: [redirect] });
  const urlFor = () => authorizeUrl(app.issuer, app.client_id, redirect);
  // Unpacks the browser, and shows that it works, before anything is measured.
  await findChromium(null, browserDir);
  await ended(installation, [(await begin(installation, [mailboxes[0]!], urlFor))[0]!]);
  // What the browsers take is what the program and all below it take above this.
  const idleBytes = (await familyPssBytesOf(pid)) ?? 0;

  let mostBytes = 0;
  const scales = setInterval(() => {
    familyPssBytesOf(pid).then((bytes) => {
      mostBytes = Math.max(mostBytes, bytes ?? 0);
    });
  }, WEIGH_EVERY_MS);
  const startedAt = performance.now();
  const targets = Array.from({ length: REQUESTS }, (_, index) => mailboxes[index % MAILBOXES]!);
  const done = await ended(installation, await begin(installation, targets, urlFor));
  const elapsed = performance.now() - startedAt;
  clearInterval(scales);
  const perRequest = await workedMs(
    installation,
    done.map(({ uid }) => uid),
  );
  figure('all finished after', seconds(elapsed));
  figure('completed', `${done.filter(({ status }) => status === 'completed').length} of ${REQUESTS}`);
  figure('one request, median, from browser to answer', seconds(median(perRequest)));
  figure('browsers at their most, above the idle program', megabytes(mostBytes - idleBytes));

  part(
    'Peer "script": playwright on the same pages, the same number at once, nothing kept and nothing checked',
  );
  const peer = await byScript(installation, mailboxes, urlFor, browserDir);
  figure('script, median', seconds(median(peer)));
  figure('InboxKit ÷ script', times(median(perRequest) / median(peer)));
  await installation.close();
  client.close();
  await data.remove();
};

type Mailbox = { uid: string; email: string; password: string; secret: string };

const makeMailboxes = async ({ api }: Installation): Promise<Mailbox[]> => {
  const names = [freshName(), freshName()];
  const order = await api.post(
    '/orders',
    orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, MAILBOXES / names.length) }))),
  );
  for (;;) {
    const { status } = await api.get(`/orders/${order.order_id}`);
    if (status === 'done') break;
    if (status === 'error') throw new Error('the order failed');
    await new Promise((wake) => setTimeout(wake, 250));
  }
  const { mailboxes } = await api.post('/mailboxes/list', { limit: 500 });
  const shown: Mailbox[] = [];
  for (const { uid, email } of mailboxes) {
    const { password, secret } = await api.get(`/mailboxes/show-credentials?uid=${uid}`);
    shown.push({ uid, email, password, secret });
  }
  return shown;
};

const authorizeUrl = (issuer: string, clientId: string, redirect: string): string => {
  const challenge = createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url');
  const asked = {
    client_id: clientId,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid mail offline_access',
    prompt: 'consent',
    state: randomBytes(8).toString('hex'),
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  return `${issuer}/auth?${new URLSearchParams(asked)}`;
};

const begin = async (
  { api }: Installation,
  mailboxes: readonly Mailbox[],
  urlFor: () => string,
): Promise<string[]> => {
  const requests = mailboxes.map(({ uid }) => ({ mailbox_uid: uid, consent_url: urlFor() }));
  const { data } = await api.post('/mailboxes/consent-request/bulk-initiate', { requests });
  return data.map(({ uid }: { uid: string }) => uid);
};

type Ended = { uid: string; status: string };
const over = ['completed', 'failed', 'errored', 'cancelled'];

const ended = async ({ api }: Installation, uids: readonly string[]): Promise<Ended[]> => {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { data } = await api.get('/mailboxes/consent-requests?limit=500');
    const mine = data.filter(({ uid }: Ended) => uids.includes(uid));
    if (mine.length === uids.length && mine.every(({ status }: Ended) => over.includes(status))) return mine;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  throw new Error('the consent requests did not end');
};

/** From being taken up to being done: the wait for a browser, and for a code that was not used, are not in it. */
const workedMs = async ({ api }: Installation, uids: readonly string[]): Promise<number[]> => {
  const worked: number[] = [];
  for (const uid of uids) {
    const { data } = await api.get(`/mailboxes/consent-request/evidence?uid=${uid}`);
    const at = data.map(({ seen_at }: { seen_at: string }) => Date.parse(seen_at));
    worked.push(Math.max(...at) - Math.min(...at));
  }
  return worked;
};

const byScript = async (
  { api }: Installation,
  mailboxes: readonly Mailbox[],
  urlFor: () => string,
  browserDir: string,
): Promise<number[]> => {
  // Codes are good once, and the requests before have used up this half minute's.
  await new Promise((wake) => setTimeout(wake, 30_000));
  await api.get('/mailboxes/consent-requests?limit=1');
  const { executablePath, env } = await findChromium(null, browserDir);
  const browser = await chromium.launch({ executablePath, env: { HOME: browserDir, ...env } });
  const times: number[] = [];
  const script = (mailbox: Mailbox) => async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(urlFor());
    const startedAt = performance.now();
    await page.fill('#address', mailbox.email);
    await page.fill('#password', mailbox.password);
    await page.click('button[value="password"]');
    await page.fill('#code', new TOTP({ secret: mailbox.secret }).generate());
    await page.click('button[value="code"]');
    await page.click('button[value="allow"]');
    await page.waitForURL(/\/done/);
    times.push(performance.now() - startedAt);
    await context.close();
  };
  await inLanes(mailboxes.slice(0, PEER_RUNS).map(script), BROWSERS);
  await browser.close();
  return times;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
