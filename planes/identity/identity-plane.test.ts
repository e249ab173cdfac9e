// The provider as programs and people meet it, by an OpenID client of its own and a browser without scripts.
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import * as client from 'openid-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../database/clock.ts';
import { generateKey } from '../../database/secret-box.ts';
import { openMailboxes } from '../../server/testing/open-mailbox.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { createVisitor, type Shown } from './testing/visitor.ts';

const clock = new VirtualClock(new Date());
const api = useInstallation(
  { INBOXKIT_ROLES: 'api,identity', INBOXKIT_SECRET_KEY: generateKey() },
  { clock },
);
const PASSWORD = 'correct-horse-Battery-9';
const SECRET = randomBytes(32).toString('base64url');
const REDIRECT = 'https://app.example.net/done';

type Owner = { uid: string; address: string };
let owners: Owner[];

const addClient = async (
  over: Partial<{ id: string; redirectUris: string[]; scopes: string[]; secret: string | null }> = {},
) => {
  const client_id = over.id ?? `client-${randomBytes(4).toString('hex')}`;
  await api.database.db
    .insertInto('published.oauth_client')
    .values({
      client_id,
      workspace_id: api.workspaceUid,
      name: 'Outreach <Desk>',
      secret_hash:
        over.secret === null
          ? null
          : createHash('sha256')
              .update(over.secret ?? SECRET)
              .digest('hex'),
      redirect_uris: over.redirectUris ?? [REDIRECT],
      scopes: over.scopes ?? ['openid', 'email', 'profile', 'mail', 'offline_access'],
    })
    .execute();
  return client_id;
};

beforeAll(async () => {
  const { domain, uids } = await openMailboxes(api.installation, api, 8);
  owners = uids.map((uid, index) => ({ uid, address: `mara${index}@${domain.name}` }));
});

const connect = (clientId: string, authentication?: client.ClientAuth) =>
  client.discovery(new URL(api.installation.identityUrl), clientId, SECRET, authentication, {
    execute: [client.allowInsecureRequests],
  });

/** A code of the owner's authenticator that was not used before. */
const freshCode = async ({ uid }: Owner): Promise<string> => {
  clock.advance(30_000);
  return (await api.get(`/mailboxes/totp?uid=${uid}`)).body.totp;
};

const begin = async (config: client.Configuration, over: Record<string, string> = {}) => {
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid email profile mail offline_access',
    prompt: 'consent',
    state: 'the-state',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...over,
  });
  const visitor = createVisitor(api.installation.identityUrl);
  return { visitor, verifier, shown: await visitor.open(url.href) };
};

const signIn = async ({ visitor }: Awaited<ReturnType<typeof begin>>, owner: Owner): Promise<Shown> => {
  await visitor.submit({ action: 'password', address: owner.address, password: PASSWORD });
  return visitor.submit({ action: 'code', code: await freshCode(owner) });
};

/** The whole way: signs in, agrees, and takes the tokens. */
const tokensFor = async (owner: Owner, clientId: string, authentication?: client.ClientAuth) => {
  const config = await connect(clientId, authentication);
  const begun = await begin(config);
  await signIn(begun, owner);
  const { url } = await begun.visitor.submit({ action: 'allow' });
  const tokens = await client.authorizationCodeGrant(config, new URL(url), {
    pkceCodeVerifier: begun.verifier,
    expectedState: 'the-state',
  });
  return { config, tokens };
};

const mailTokens = async (): Promise<number> =>
  (await api.database.db.selectFrom('published.mail_token').select('mailbox_id').execute()).length;

test('a program gets tokens from an owner who signs in with password and code, and agrees', async () => {
  const owner = owners[0]!;
  const begun = await begin(await connect(await addClient()));
  expect(begun.shown.text).toContain('Outreach &lt;Desk&gt; asks for access to a mailbox');
  expect(begun.shown.headers.get('content-security-policy')).toContain("default-src 'none'");
  const consent = await signIn(begun, owner);
  expect(consent.text).toContain(`You are signed in as <strong>${owner.address}</strong>`);
  for (const words of ['Read, move, delete and send your mail', 'See your name', 'while you are away']) {
    expect(consent.text).toContain(words);
  }
  // Browsers check where a form leads to the end of every redirect.
  expect(consent.headers.get('content-security-policy')).toContain(
    "form-action 'self' https://app.example.net;",
  );

  const { config, tokens } = await tokensFor(owner, await addClient());
  const claims = { sub: owner.uid, email: owner.address, email_verified: true, name: 'Mara Voss' };
  expect(await client.fetchUserInfo(config, tokens.access_token, owner.uid)).toMatchObject(claims);
  expect(tokens.claims()).toMatchObject({ sub: owner.uid, aud: config.clientMetadata().client_id });
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token!);
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
  expect(await client.fetchUserInfo(config, renewed.access_token, owner.uid)).toMatchObject(claims);
});

test('a client may send its secret in the header or in the body', async () => {
  const id = await addClient();
  for (const authentication of [client.ClientSecretBasic(SECRET), client.ClientSecretPost(SECRET)]) {
    expect((await tokensFor(owners[1]!, id, authentication)).tokens.access_token).toBeTruthy();
  }
  await expect(tokensFor(owners[1]!, id, client.ClientSecretPost('wrong'))).rejects.toMatchObject({
    error: 'invalid_client',
  });
});

test('what is taken back is over at once: a token, a refresh token, a client, a password', async () => {
  const owner = owners[2]!;
  const before = await mailTokens();
  const one = await tokensFor(owner, await addClient());
  expect(await mailTokens()).toBe(before + 1);
  await client.tokenRevocation(one.config, one.tokens.refresh_token!);
  expect(await mailTokens()).toBe(before);
  await expect(client.refreshTokenGrant(one.config, one.tokens.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });

  const id = await addClient();
  await tokensFor(owner, id);
  await api.database.db.deleteFrom('published.oauth_client').where('client_id', '=', id).execute();
  expect(await mailTokens()).toBe(before);

  const three = await tokensFor(owner, await addClient());
  const host = api.installation.context.providers.mailboxHost('SMTP');
  await host.setPassword(owner.uid, PASSWORD, null);
  expect(await mailTokens()).toBe(before);
  await expect(client.refreshTokenGrant(three.config, three.tokens.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('a copy of the database signs nobody in', async () => {
  const { tokens } = await tokensFor(owners[3]!, await addClient());
  const rows = await api.database.db.selectFrom('identity.artifact').selectAll().execute();
  const text = JSON.stringify(rows.map((row) => ({ ...row, id_hash: row.id_hash.toString('latin1') })));
  expect(rows.length).toBeGreaterThan(3);
  for (const secret of [tokens.access_token, tokens.refresh_token!]) expect(text).not.toContain(secret);
});

describe('signing in', () => {
  test('says the same for a wrong password and for an address that does not exist', async () => {
    const config = await connect(await addClient());
    const texts = [];
    for (const address of [owners[4]!.address, `nobody@${owners[4]!.address.split('@')[1]}`]) {
      const { visitor } = await begin(config);
      const { status, text } = await visitor.submit({ action: 'password', address, password: 'wrong' });
      texts.push([status, text.replaceAll(address, 'ADDRESS')]);
    }
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]).toEqual([401, expect.stringContaining('The address or the password is not right.')]);
  });

  test('needs a code that was never used before', async () => {
    const owner = owners[5]!;
    const config = await connect(await addClient());
    const first = await begin(config);
    await first.visitor.submit({ action: 'password', address: owner.address, password: PASSWORD });
    const wrong = await first.visitor.submit({ action: 'code', code: '000000' });
    expect([wrong.status, wrong.text]).toEqual([401, expect.stringContaining('The code is not right.')]);
    const code = await freshCode(owner);
    expect((await first.visitor.submit({ action: 'code', code })).text).toContain('asks for access');

    const second = await begin(config);
    await second.visitor.submit({ action: 'password', address: owner.address, password: PASSWORD });
    expect((await second.visitor.submit({ action: 'code', code })).text).toContain('used already');
    // Without the password nobody gets to the code.
    const third = await begin(config);
    const skipped = await third.visitor.submit({ action: 'code', code: await freshCode(owner) });
    expect(skipped.text).toContain('type="password"');
  });

  test('is closed for a quarter of an hour after five wrong passwords, also to who knows the right one', async () => {
    const { address } = owners[6]!;
    const { visitor } = await begin(await connect(await addClient()));
    const tryWith = (password: string) => visitor.submit({ action: 'password', address, password });
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await tryWith('wrong')).status).toBe(401);
    const locked = await tryWith(PASSWORD);
    expect([locked.status, locked.text]).toEqual([429, expect.stringContaining('Too many attempts')]);
    clock.advance(15 * 60_000 + 1);
    expect((await tryWith(PASSWORD)).text).toContain('Enter your code');
  });

  test('is asked for anew when the program wants another mailbox than the one signed in', async () => {
    const [one, other] = [owners[1]!, owners[3]!];
    const config = await connect(await addClient());
    const begun = await begin(config);
    await signIn(begun, one);
    await begun.visitor.submit({ action: 'allow' });
    const hinted = (login_hint: string) =>
      begun.visitor.open(
        client.buildAuthorizationUrl(config, {
          redirect_uri: REDIRECT,
          scope: 'openid',
          login_hint,
        }).href,
      );
    expect((await hinted(one.address)).url).toContain(`${REDIRECT}?code=`);
    expect((await hinted(other.address)).text).toContain(`value="${other.address}"`);
  });

  test('refuses a mailbox that is suspended', async () => {
    const owner = owners[7]!;
    await api.installation.context.providers.mailboxHost('SMTP').setStatus(owner.uid, 'suspended');
    const { visitor } = await begin(await connect(await addClient()));
    const shown = await visitor.submit({ action: 'password', address: owner.address, password: PASSWORD });
    expect(shown.status).toBe(401);
  });
});

describe('a program', () => {
  test('is told when the owner does not agree', async () => {
    const begun = await begin(await connect(await addClient()));
    await signIn(begun, owners[1]!);
    const { url } = await begun.visitor.submit({ action: 'cancel' });
    expect(new URL(url).searchParams.get('error')).toBe('access_denied');
  });

  test.each([
    ['that is not registered', async () => connect('unknown'), {}, 'invalid_client'],
    [
      'with an address that is not registered',
      connected,
      { redirect_uri: 'https://evil.example/' },
      'invalid_redirect_uri',
    ],
  ] as const)('%s is stopped at a page, and nobody is sent anywhere', async (_what, open, over, error) => {
    const { shown } = await begin(await open(), over);
    expect([shown.status, shown.text]).toEqual([400, expect.stringContaining(error)]);
    expect(new URL(shown.url).origin).toBe(api.installation.identityUrl);
  });

  test('gets only scopes that it was registered with', async () => {
    const { shown } = await begin(await connect(await addClient({ scopes: ['openid', 'email'] })));
    expect(new URL(shown.url).searchParams.get('error')).toBe('invalid_scope');
  });

  test('on somebody’s own machine may wait at any port there, and must bind its code to itself', async () => {
    const config = await connect(await addClient({ redirectUris: ['http://127.0.0.1/done'] }));
    const redirect_uri = 'http://127.0.0.1:49152/done';
    const begun = await begin(config, { redirect_uri });
    await signIn(begun, owners[0]!);
    const { url } = await begun.visitor.submit({ action: 'allow' });
    expect(url).toContain(`${redirect_uri}?code=`);
    const without = createVisitor(api.installation.identityUrl);
    const plain = client.buildAuthorizationUrl(config, { redirect_uri, scope: 'openid' });
    expect(new URL((await without.open(plain.href)).url).searchParams.get('error')).toBe('invalid_request');
  });
});

async function connected() {
  return connect(await addClient());
}

test('signing out ends the session, and what was agreed to stays', async () => {
  const config = await connect(await addClient());
  const begun = await begin(config);
  await signIn(begun, owners[1]!);
  const before = await mailTokens();
  const agreed = await begun.visitor.submit({ action: 'allow' });
  await client.authorizationCodeGrant(config, new URL(agreed.url), {
    pkceCodeVerifier: begun.verifier,
    expectedState: 'the-state',
  });
  const asked = await begun.visitor.open(`${api.installation.identityUrl}/session/end`);
  expect(asked.text).toContain('Sign out?');
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)![1]!;
  expect((await begun.visitor.submit({ xsrf, logout: 'yes' })).text).toContain('Signed out');
  expect(await mailTokens()).toBe(before + 1);
  const again = client.buildAuthorizationUrl(config, { redirect_uri: REDIRECT, scope: 'openid' });
  expect((await begun.visitor.open(again.href)).text).toContain('type="password"');
});

test('a program without a secret gets tokens by PKCE, and not without it', async () => {
  const id = await addClient({ secret: null });
  const { config, tokens } = await tokensFor(owners[0]!, id, client.None());
  expect(tokens.access_token).toBeTruthy();
  expect((await client.refreshTokenGrant(config, tokens.refresh_token!)).access_token).toBeTruthy();
  const visitor = createVisitor(api.installation.identityUrl);
  const asked = { client_id: id, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid' };
  const bare = await visitor.open(`${api.installation.identityUrl}/auth?${new URLSearchParams(asked)}`);
  expect(new URL(bare.url).searchParams.get('error')).toBe('invalid_request');
  await expect(tokensFor(owners[0]!, id, client.ClientSecretPost('anything'))).rejects.toBeTruthy();
});

test('a new signing key is shown before it signs, what the old one signed can still be checked, and then it goes', async () => {
  const shown = async (): Promise<string[]> => {
    const { keys } = (await (await fetch(`${api.installation.identityUrl}/jwks`)).json()) as {
      keys: { kid: string }[];
    };
    return keys.map(({ kid }) => kid);
  };
  const signedBy = async (owner: Owner): Promise<string> => {
    const { tokens } = await tokensFor(owner, clientId);
    return JSON.parse(Buffer.from(tokens.id_token!.split('.')[0]!, 'base64url').toString()).kid;
  };
  /** The keys become so much older, and the plane looks after them. */
  const pass = async (days: number, until: (kids: string[]) => boolean) => {
    await sql`
      update identity.secret set created_at = created_at - make_interval(days => ${days})
    `.execute(api.database.db);
    await clock.advance(10 * 60_000);
    await expect.poll(async () => until(await shown())).toBe(true);
  };
  const clientId = await addClient();
  const owner = owners[0]!;
  const [old, ...others] = await shown();
  expect(others).toEqual([]);
  expect(await signedBy(owner)).toBe(old);
  await pass(90, (kids) => kids.length === 2);
  const next = (await shown()).find((kid) => kid !== old)!;
  expect(await signedBy(owner)).toBe(old);
  await pass(1, (kids) => kids[0] === next);
  expect(await signedBy(owner)).toBe(next);
  expect(await shown()).toContain(old);
  await pass(1, (kids) => kids.length === 1);
  expect(await shown()).toEqual([next]);
  const rows = await api.database.db.selectFrom('identity.secret').select('value_sealed').execute();
  for (const { value_sealed } of rows) expect(value_sealed).not.toMatch(/"d":|"kty"/);
});
