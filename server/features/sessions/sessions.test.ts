// Signing in and out through HTTP: what guessing meets, how long a session lasts, and who can end it.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { freshEmail, joinTeam, openBrowser, PASSWORD, signIn } from '../../testing/browser.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const clock = new VirtualClock(new Date());
const api = useInstallation(
  {
    INBOXKIT_ROLES: 'api',
    INBOXKIT_SECRET_KEY: generateKey(),
    INBOXKIT_TRUSTED_PROXIES: '127.0.0.1/32',
    INBOXKIT_SESSION_IDLE_HOURS: '8',
    INBOXKIT_SESSION_DAYS: '7',
  },
  { clock },
);
const HOUR_MS = 60 * 60_000;

const wrong = (email: string, browser = openBrowser(api)) =>
  signIn(browser, email, { password: 'not the password' });
const newDevices = async (uid: string): Promise<Body[]> =>
  (
    await api.installation.storage.db
      .selectFrom('event')
      .select('data')
      .where('subject_uid', '=', uid)
      .where('type', '=', 'person.signed_in_from_new_device')
      .orderBy('seq')
      .execute()
  ).map(({ data }) => data);

describe('signing in', () => {
  test('says who somebody is and what they may, also after the page was loaded again', async () => {
    const { browser, email, uid } = await joinTeam(api, 'finance');
    const current = (await browser.get('/sessions/current')).body;
    expect(current).toMatchObject({
      csrf_token: browser.csrfToken,
      person: { uid, email, operator: false },
      team: { uid: api.teamUid, role: 'finance', rights: ['read'] },
      session: { current: true, method: 'password', last_seen_from: '127.0.0.1' },
    });
    expect(current.team.money_rights).toContain('purchase');
  });

  test('sets a cookie that scripts cannot read, and keeps its token nowhere', async () => {
    const { browser } = await joinTeam(api, 'viewer');
    const [line] = browser.setCookies.filter((cookie) => cookie.startsWith('inboxkit_session='));
    expect(line).toMatch(/; HttpOnly/i);
    expect(line).toMatch(/; SameSite=Strict/i);
    const token = browser.cookies.get('inboxkit_session')!;
    expect(token.length).toBeGreaterThanOrEqual(43);
    const rows = await api.installation.storage.db.selectFrom('session').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('answers an unknown address like a wrong password, however often', async () => {
    const { email } = await joinTeam(api, 'viewer');
    const nobody = freshEmail();
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const [known, unknown] = [await wrong(email), await wrong(nobody)];
      expect([known.status, known.body], `attempt ${attempt}`).toEqual([unknown.status, unknown.body]);
      expect(known.status).toBe(attempt <= 6 ? 401 : 429);
    }
  });

  test('waits ever longer after wrong attempts, up to a quarter of an hour, and a right one forgives them', async () => {
    const { email } = await joinTeam(api, 'viewer');
    const waits: number[] = [];
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const reply = await wrong(email);
      if (reply.status !== 429) continue;
      const waitS = Number(reply.headers.get('retry-after'));
      waits.push(waitS);
      expect(reply.body.retry_after).toBe(waitS);
      await clock.advance(waitS * 1000);
    }
    expect(waits.slice(0, 5)).toEqual([2, 4, 8, 16, 32]);
    expect(Math.max(...waits)).toBe(900);
    const browser = openBrowser(api);
    expect((await wrong(email)).status).toBe(401);
    expect((await signIn(browser, email)).status).toBe(429);
    await clock.advance(900_000);
    expect((await signIn(browser, email)).status).toBe(201);
    expect((await wrong(email)).status).toBe(401);
  });

  test('cannot be tried more often by trying at the same moment', async () => {
    const email = freshEmail();
    const replies = await Promise.all(Array.from({ length: 12 }, () => wrong(email)));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(6);
  });

  test('goes on from a device that was here before, while others guess', async () => {
    const { email, browser } = await joinTeam(api, 'viewer');
    for (let attempt = 0; attempt < 7; attempt += 1) await wrong(email);
    expect((await signIn(openBrowser(api), email)).status).toBe(429);
    expect((await signIn(browser, email)).status).toBe(201);
    // The cookie of somebody else's device is worth nothing.
    const other = await joinTeam(api, 'viewer');
    expect((await signIn(other.browser, email)).status).toBe(429);
  });

  test('from a new device is told, and not from one that is known', async () => {
    const { email, uid, browser } = await joinTeam(api, 'viewer');
    await signIn(browser, email);
    expect(await newDevices(uid)).toEqual([]);
    const elsewhere = openBrowser(api);
    await elsewhere.post(
      '/sessions',
      { email, password: PASSWORD },
      { 'User-Agent': 'Lamp/1', 'X-Forwarded-For': '203.0.113.9' },
    );
    expect(await newDevices(uid)).toMatchObject([{ address: '203.0.113.9', user_agent: 'Lamp/1' }]);
  });

  test('is not done by a page of another site', async () => {
    const { email } = await joinTeam(api, 'viewer');
    const reply = await openBrowser(api).post(
      '/sessions',
      { email, password: PASSWORD },
      { 'Sec-Fetch-Site': 'cross-site' },
    );
    expect([reply.status, reply.body.code]).toEqual([403, 'cross_origin']);
  });
});

describe('a session', () => {
  test('is over when it was not used for the hours that are set, and lasts when it was', async () => {
    const used = await joinTeam(api, 'viewer');
    const idle = await joinTeam(api, 'viewer');
    await clock.advance(8 * HOUR_MS - 1000);
    expect((await used.browser.get('/account')).status).toBe(200);
    await clock.advance(1000);
    expect((await used.browser.get('/account')).status).toBe(200);
    expect((await idle.browser.get('/account')).body).toEqual({ code: 401, message: 'session expired' });
  });

  test('is over after the days that are set, however much it is used', async () => {
    const { browser } = await joinTeam(api, 'viewer');
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      await clock.advance(6 * HOUR_MS);
      expect((await browser.get('/account')).status, `${hours} h`).toBe(200);
    }
    await clock.advance(6 * HOUR_MS);
    expect((await browser.get('/account')).status).toBe(401);
  });

  test('can be ended from another, alone or with all others, and by nobody else', async () => {
    const { email, browser } = await joinTeam(api, 'viewer');
    const [phone, tablet] = [openBrowser(api), openBrowser(api)];
    for (const device of [phone, tablet]) await signIn(device, email);
    const { sessions } = (await browser.get('/sessions')).body;
    expect(sessions.map(({ current }: Body) => current)).toEqual([false, false, true]);
    const [{ uid }] = sessions; // the tablet's
    const stranger = await joinTeam(api, 'owner');
    expect((await stranger.browser.post('/sessions/revoke', { uid })).body.code).toBe('session_not_found');
    await browser.call('DELETE', `/sessions/${uid}`, {});
    expect((await tablet.get('/account')).status).toBe(401);
    expect((await phone.get('/account')).status).toBe(200);
    expect((await browser.post('/sessions/revoke-others', {})).body.sessions_ended).toBe(1);
    expect([(await phone.get('/account')).status, (await browser.get('/account')).status]).toEqual([
      401, 200,
    ]);
    expect((await browser.post('/sessions/revoke', { uid })).body.code).toBe('session_not_found');
  });

  test('ends by signing out, also for who kept the cookie', async () => {
    const { browser } = await joinTeam(api, 'viewer');
    const kept = new Map(browser.cookies);
    expect((await browser.post('/sessions/end', {})).status).toBe(200);
    expect(browser.cookies.has('inboxkit_session')).toBe(false);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.get('/account')).status).toBe(401);
  });

  test('does what a key does, and what it did names the person', async () => {
    const { uid, browser } = await joinTeam(api, 'owner');
    const made = await browser.post('/keys', { name: 'Made by a person', scopes: ['read'] });
    expect(made.status).toBe(201);
    const hook = await browser.post('/webhooks', { url: 'https://hooks.example/p', format: 'inboxkit' });
    expect(hook.status).toBe(201);
    const row = await api.installation.storage.db
      .selectFrom('event')
      .select('data')
      .where('subject_uid', '=', made.body.key.uid)
      .executeTakeFirstOrThrow();
    expect(row.data).toMatchObject({ by: uid });
  });
});
