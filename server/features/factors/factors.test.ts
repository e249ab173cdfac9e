// One-time codes, recovery codes and passwords of whoever is signed in, through HTTP.
import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { type Browser, joinTeam, openBrowser, PASSWORD, signIn, tokenOf } from '../../testing/browser.ts';
import { useInstallation } from '../../testing/test-installation.ts';

const clock = new VirtualClock(new Date());
const api = useInstallation({ INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey() }, { clock });

const STEP_MS = 30_000;
const codeFor = (secret: string, shiftMs = 0): string =>
  new TOTP({ secret }).generate({ timestamp: clock.now().getTime() + shiftMs });

const enrol = async (browser: Browser) => {
  const { secret, otpauth_url } = (await browser.post('/factors/totp', { password: PASSWORD })).body;
  const confirmed = await browser.post('/factors/totp/confirm', { code: codeFor(secret) });
  return { secret, otpauth_url, recovery: confirmed.body.recovery_codes as string[] };
};

const typesAbout = async (uid: string): Promise<string[]> =>
  (
    await api.installation.storage.db
      .selectFrom('event')
      .select('type')
      .where('subject_uid', '=', uid)
      .orderBy('seq')
      .execute()
  ).map(({ type }) => type);

describe('one-time codes', () => {
  test('are asked for from the first one that proved the device on, each once', async () => {
    const { uid, email, browser } = await joinTeam(api, 'viewer');
    const { secret, otpauth_url } = (await browser.post('/factors/totp', { password: PASSWORD })).body;
    expect(otpauth_url).toContain(`secret=${secret}`);
    expect((await signIn(openBrowser(api), email)).status).toBe(201);
    const bad = codeFor(secret) === '000000' ? '000001' : '000000';
    const unproven = await browser.post('/factors/totp/confirm', { code: bad });
    expect([unproven.status, unproven.body.code]).toEqual([400, 'one_time_code_wrong']);
    expect((await browser.post('/factors/totp/confirm', { code: codeFor(secret) })).status).toBe(200);

    const attempt = (rest: object) => signIn(openBrowser(api), email, rest);
    expect((await attempt({})).body.code).toBe('second_factor_needed');
    // The code that confirmed was used, and so is none for signing in.
    expect((await attempt({ code: codeFor(secret) })).body.code).toBe('sign_in_refused');
    await clock.advance(STEP_MS);
    const code = codeFor(secret);
    const both = await Promise.all([attempt({ code }), attempt({ code })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    await clock.advance(STEP_MS * 4);
    // The clock of the device may be half a minute off, and not more.
    expect((await attempt({ code: codeFor(secret, -2 * STEP_MS) })).status).toBe(401);
    const late = await attempt({ code: codeFor(secret, -STEP_MS) });
    expect(late.body.session.method).toBe('password_and_code');
    expect((await browser.get('/factors')).body.one_time_codes).toMatchObject({ recovery_codes_left: 10 });
    expect((await typesAbout(uid)).filter((type) => type.includes('factor'))).toEqual([
      'person.factor_added',
    ]);
    const [row] = (await api.get('/people?limit=500')).body.people.filter(
      (person: { uid: string }) => person.uid === uid,
    );
    expect(row).toMatchObject({ one_time_codes: true, passkeys: 0 });
  });

  test('are not guessed with the right password, which alone forgives no attempt', async () => {
    const { email, browser } = await joinTeam(api, 'viewer');
    await enrol(browser);
    const visitor = openBrowser(api);
    const statuses: number[] = [];
    for (let guess = 0; guess < 8; guess += 1) {
      statuses.push((await signIn(visitor, email, { code: `00000${guess}` })).status);
      await signIn(visitor, email);
    }
    expect(statuses.slice(-4)).toEqual([429, 429, 429, 429]);
  });

  test('can be stood in for by a recovery code, each once, until new ones are made', async () => {
    const { email, browser } = await joinTeam(api, 'viewer');
    const { recovery } = await enrol(browser);
    expect(new Set(recovery).size).toBe(10);
    const attempt = (code: string) => signIn(openBrowser(api), email, { code });
    expect((await attempt(recovery[0]!.toUpperCase().replaceAll('-', ' '))).status).toBe(201);
    expect((await attempt(recovery[0]!)).status).toBe(401);
    const renewed = await browser.post('/factors/recovery-codes', { password: PASSWORD });
    expect((await attempt(recovery[1]!)).status).toBe(401);
    expect((await attempt(renewed.body.recovery_codes[1])).status).toBe(201);
  });

  test('are taken away with the password and not without, and never enrolled over', async () => {
    const { uid, email, browser } = await joinTeam(api, 'viewer');
    await enrol(browser);
    expect((await browser.post('/factors/totp', { password: PASSWORD })).body.code).toBe(
      'one_time_codes_in_use',
    );
    for (const path of [
      '/factors/totp',
      '/factors/totp/remove',
      '/factors/recovery-codes',
      '/passkeys/options',
    ]) {
      const refused = await browser.post(path, { password: 'not the password' });
      expect(['sign_in_refused', 'passkeys_need_name'], path).toContain(refused.body.code);
    }
    expect((await browser.post('/factors/totp/remove', { password: PASSWORD })).status).toBe(200);
    expect((await signIn(openBrowser(api), email)).status).toBe(201);
    expect(await typesAbout(uid)).toContain('person.factor_removed');
    const gone = await browser.post('/factors/totp/remove', { password: PASSWORD });
    expect(gone.body.code).toBe('one_time_codes_not_in_use');
  });

  test('go by a link for who lost the device, where the link says so', async () => {
    const { uid, email, browser } = await joinTeam(api, 'viewer');
    await enrol(browser);
    const follow = async (remove_factors: boolean) => {
      const { link } = (await api.post('/people/reset-link', { uid, remove_factors })).body;
      await openBrowser(api).post('/people/reset-password', { token: tokenOf(link), password: PASSWORD });
      return (await signIn(openBrowser(api), email)).status;
    };
    expect(await follow(false)).toBe(401);
    expect(await follow(true)).toBe(201);
  });
});

test('a changed password ends every other session and is the only one from then on', async () => {
  const { uid, email, browser } = await joinTeam(api, 'viewer');
  const other = openBrowser(api);
  await signIn(other, email);
  const change = (password: string) =>
    browser.post('/factors/password', { password, new_password: 'an entirely new one' });
  expect((await change('not the password')).body.code).toBe('sign_in_refused');
  expect((await change(PASSWORD)).body.sessions_ended).toBe(1);
  expect([(await other.get('/account')).status, (await browser.get('/account')).status]).toEqual([401, 200]);
  expect((await signIn(other, email)).status).toBe(401);
  expect((await signIn(other, email, { password: 'an entirely new one' })).status).toBe(201);
  expect(await typesAbout(uid)).toContain('person.password_changed');
});
