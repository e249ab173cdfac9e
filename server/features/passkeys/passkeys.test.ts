// Passkeys through HTTP, with an authenticator that signs as a phone does.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { createAuthenticator } from '../../testing/authenticator.ts';
import { type Browser, joinTeam, openBrowser, PASSWORD } from '../../testing/browser.ts';
import { type Body, type TestInstallation, useInstallation } from '../../testing/test-installation.ts';
import { relyingParty } from './ceremony.ts';

const origin = 'https://kit.people.example';
const clock = new VirtualClock(new Date());
const whole = useInstallation(
  { INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey(), INBOXKIT_PUBLIC_URL: origin },
  { clock },
);
/** The name leads nowhere from here; a proxy would bring requests to this port. */
const api: TestInstallation = Object.create(whole, {
  post: {
    value: (path: string, body: unknown) =>
      openBrowser(api).post(path, body, { Authorization: `Bearer ${whole.apiKey}` }),
  },
});

const begin = async (browser: Browser) =>
  (await browser.post('/passkeys/options', { password: PASSWORD })).body;

const withPasskey = async (role = 'viewer') => {
  const joined = await joinTeam(api, role);
  const authenticator = createAuthenticator();
  const { challenge, options } = await begin(joined.browser);
  const credential = authenticator.create(options, { origin });
  const added = await joined.browser.post('/passkeys', { challenge, name: 'Phone', credential });
  return { ...joined, authenticator, added };
};

type Get = Parameters<ReturnType<typeof createAuthenticator>['get']>[1];

const signInWith = async (
  authenticator: ReturnType<typeof createAuthenticator>,
  change: Partial<Get> = {},
  browser = openBrowser(api),
) => {
  const { challenge, options } = (await browser.post('/sessions/passkey-options', {})).body;
  const credential = authenticator.get(options, { origin, ...change });
  return browser.post('/sessions/passkey', { challenge, credential });
};

describe('a passkey', () => {
  test('signs its owner in without address, password or code, until it is removed', async () => {
    const { uid, browser, authenticator, added } = await withPasskey('operator');
    expect(added.body.passkey).toMatchObject({ name: 'Phone', last_used_at: null });
    const visitor = openBrowser(api);
    const opened = await signInWith(authenticator, {}, visitor);
    expect(opened.body).toMatchObject({
      person: { uid },
      session: { method: 'passkey' },
      team: { role: 'operator' },
    });
    expect(visitor.setCookies[0]).toMatch(/^__Host-inboxkit_session=.*; Secure/i);
    expect((await visitor.get('/account')).status).toBe(200);
    const [listed] = (await browser.get('/passkeys')).body.passkeys;
    expect(listed.last_used_at).not.toBeNull();
    const stranger = await joinTeam(api, 'owner');
    const foreign = await stranger.browser.post('/passkeys/remove', { uid: listed.uid });
    expect(foreign.body.code).toBe('passkey_not_found');
    await browser.call('DELETE', `/passkeys/${listed.uid}`, {});
    expect((await signInWith(authenticator)).body.code).toBe('sign_in_refused');
    const told = await whole.installation.storage.db
      .selectFrom('event')
      .select('type')
      .where('subject_uid', '=', uid)
      .where('type', 'like', 'person.factor%')
      .orderBy('seq')
      .execute();
    expect(told.map(({ type }) => type)).toEqual(['person.factor_added', 'person.factor_removed']);
  });

  test.each<[string, Partial<Get>]>([
    ['for another site', { origin: 'https://kit.people.example.evil.example' }],
    ['of another site’s key', { rpId: 'evil.example' }],
    ['that nobody unlocked', { userVerified: false }],
    ['for another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('is not taken when its answer is one %s', async (_what, change) => {
    const { browser, authenticator } = await withPasskey();
    expect((await signInWith(authenticator, change)).body.code).toBe('sign_in_refused');
    const { challenge, options } = await begin(browser);
    const credential = createAuthenticator().create(options, { origin, ...change });
    const refused = await browser.post('/passkeys', { challenge, name: 'x', credential });
    expect([refused.status, refused.body.code]).toEqual([400, 'passkey_refused']);
  });

  test('of somebody who signs with another key is not taken', async () => {
    const { authenticator } = await withPasskey();
    const forger = createAuthenticator();
    const browser = openBrowser(api);
    const { challenge, options } = (await browser.post('/sessions/passkey-options', {})).body;
    const [real, forged] = [authenticator.get(options, { origin }), forger.get(options, { origin })];
    const credential = { ...forged, id: real.id, rawId: real.rawId };
    const reply = await browser.post('/sessions/passkey', { challenge, credential });
    expect([reply.status, reply.body.code]).toEqual([401, 'sign_in_refused']);
  });

  test('answers a challenge once, within five minutes, and its own only', async () => {
    const { browser, authenticator, challenge, options, credential } = await (async () => {
      const made = await withPasskey();
      const visitor = openBrowser(api);
      const begun = (await visitor.post('/sessions/passkey-options', {})).body as Body;
      return { ...made, ...begun, credential: made.authenticator.get(begun.options, { origin }) };
    })();
    const send = () => openBrowser(api).post('/sessions/passkey', { challenge, credential });
    expect([(await send()).status, (await send()).status]).toEqual([201, 401]);
    const old = (await openBrowser(api).post('/sessions/passkey-options', {})).body;
    await clock.advance(5 * 60_000);
    const late = await openBrowser(api).post('/sessions/passkey', {
      challenge: old.challenge,
      credential: authenticator.get(old.options, { origin }),
    });
    expect(late.status).toBe(401);
    // Options of one person add nothing to another.
    const other = await joinTeam(api, 'viewer');
    const begun = await begin(browser);
    const stolen = await other.browser.post('/passkeys', {
      challenge: begun.challenge,
      name: 'x',
      credential: createAuthenticator().create(begun.options, { origin }),
    });
    expect(stolen.body.code).toBe('passkey_refused');
    expect(options.rpId).toBe('kit.people.example');
  });

  test('is added once', async () => {
    const { browser, authenticator } = await withPasskey();
    const { challenge, options } = await begin(browser);
    expect(options.excludeCredentials).toHaveLength(1);
    const credential = authenticator.create(options, { origin });
    expect((await browser.post('/passkeys', { challenge, name: 'x', credential })).body.code).toBe(
      'passkey_refused',
    );
  });

  test.each([{}, { id: 5 }, { id: 'x', response: null }, { id: 'x', rawId: 'x', type: 'public-key' }])(
    'is not what can be sent in its place: %j',
    async (credential) => {
      const browser = openBrowser(api);
      const { challenge } = (await browser.post('/sessions/passkey-options', {})).body;
      expect((await browser.post('/sessions/passkey', { challenge, credential })).status).toBe(401);
      const joined = await joinTeam(api, 'viewer');
      const begun = await begin(joined.browser);
      const wish = { challenge: begun.challenge, name: 'x', credential };
      expect((await joined.browser.post('/passkeys', wish)).status).toBe(400);
    },
  );
});

test('passkeys are made for names that browsers make them for', () => {
  expect(relyingParty('https://kit.example:8443')).toEqual({
    id: 'kit.example',
    origin: 'https://kit.example:8443',
  });
  expect(relyingParty('http://localhost:8080').id).toBe('localhost');
  for (const url of [
    'http://127.0.0.1:8080',
    'https://203.0.113.7',
    'http://[::1]:8080',
    'http://kit.example',
  ]) {
    expect(() => relyingParty(url), url).toThrow('Browsers make no passkeys');
  }
});
