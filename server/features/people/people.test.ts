// People of a team through HTTP: how they come in, what they may, and how they go.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { generateKey } from '../../../database/secret-box.ts';
import {
  freshEmail,
  type Joined,
  joinTeam,
  openBrowser,
  PASSWORD,
  signIn,
  tokenOf,
} from '../../testing/browser.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const clock = new VirtualClock(new Date());
const api = useInstallation({ INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey() }, { clock });
const DAY_MS = 24 * 60 * 60_000;

const invite = async (body: object, key?: string) => (await api.post('/people/invite', body, { key })).body;
const accept = (token: string, rest: object = {}) =>
  openBrowser(api).post('/people/accept', { token, name: 'Otto Lind', password: PASSWORD, ...rest });
const eventsAbout = (uid: string): Promise<Body[]> =>
  api.installation.storage.db
    .selectFrom('event')
    .select(['type', 'data', 'workspace_uid'])
    .where('subject_uid', '=', uid)
    .orderBy('seq')
    .execute();

describe('the first start', () => {
  test('makes a link that makes one owner, who runs the installation', async () => {
    const { set_up_url } = api.installation.firstKey!;
    const token = tokenOf(set_up_url);
    const shown = await openBrowser(api).post('/people/link', { token });
    expect(shown.body).toMatchObject({ kind: 'set_up', email: null, role: 'owner', has_account: false });
    const nameless = await accept(token);
    expect([nameless.status, nameless.body.problems[0].path]).toEqual([400, 'email']);
    const made = await accept(token, { email: 'First.Owner@People.example' });
    expect(made.body.person).toMatchObject({
      email: 'first.owner@people.example',
      role: 'owner',
      operator: true,
    });
    const again = await accept(token, { email: freshEmail() });
    expect([again.status, again.body.code]).toEqual([404, 'link_not_valid']);
    const browser = openBrowser(api);
    await signIn(browser, 'first.owner@people.example');
    expect((await browser.get('/admin/price-book')).status).toBe(200);
  });
});

test('a link leads to a page that asks for a password, and that no other site may frame or fill', async () => {
  const { set_up_url } = api.installation.firstKey!;
  const page = await fetch(set_up_url);
  const html = await page.text();
  const policy = page.headers.get('content-security-policy')!;
  expect(page.status).toBe(200);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  for (const element of ['script', 'style']) {
    const [, text] = new RegExp(`<${element}>([^]*?)</${element}>`).exec(html)!;
    const hash = createHash('sha256').update(text!).digest('base64');
    expect(policy, element).toContain(`'sha256-${hash}'`);
  }
  expect((await fetch(set_up_url, { method: 'POST' })).status).toBe(405);
});

describe('an invitation', () => {
  test('lets in who was invited, once, in the role they were invited to', async () => {
    const email = freshEmail();
    const { link, invitation } = await invite({ email: ` ${email.toUpperCase()} `, role: 'finance' });
    expect((await api.get('/people')).body.invitations).toContainEqual(invitation);
    const token = tokenOf(link);
    expect((await openBrowser(api).post('/people/link', { token })).body).toMatchObject({
      kind: 'invitation',
      email,
      role: 'finance',
      team: 'My team',
    });
    const replies = await Promise.all([accept(token), accept(token)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 404]);
    const { people, invitations } = (await api.get('/people?limit=500')).body;
    expect(people.filter((person: Body) => person.email === email)).toMatchObject([{ role: 'finance' }]);
    expect(invitations.filter((open: Body) => open.email === email)).toEqual([]);
    expect((await invite({ email, role: 'viewer' })).code).toBe('already_member');
  });

  test('that is made again, withdrawn or a week old is worth nothing', async () => {
    const email = freshEmail();
    const first = await invite({ email, role: 'viewer' });
    const second = await invite({ email, role: 'viewer' });
    expect((await accept(tokenOf(first.link))).body.code).toBe('link_not_valid');
    await api.post('/people/remove', { uid: second.invitation.uid });
    expect((await accept(tokenOf(second.link))).body.code).toBe('link_not_valid');
    const third = await invite({ email, role: 'viewer' });
    await clock.advance(7 * DAY_MS);
    expect((await accept(tokenOf(third.link))).body.code).toBe('link_not_valid');
    expect((await invite({ email, role: 'viewer' })).link).toContain('/join#');
  });

  test('takes a password of twelve characters', async () => {
    const token = tokenOf((await invite({ email: freshEmail(), role: 'viewer' })).link);
    const short = await accept(token, { password: 'eleven char' });
    expect([short.status, short.body.problems[0].path]).toEqual([400, 'password']);
    expect((await accept(token, { password: 'twelve chars' })).status).toBe(201);
  });

  test('to somebody of another team is followed with the password they have', async () => {
    const team = await addTeam(api.installation);
    const { email, uid } = await joinTeam(api, 'viewer');
    const { link } = await invite({ email, role: 'admin' }, team.key);
    const token = tokenOf(link);
    expect((await openBrowser(api).post('/people/link', { token })).body.has_account).toBe(true);
    const guessed = await accept(token, { password: 'not the password' });
    expect([guessed.status, guessed.body.code]).toEqual([401, 'sign_in_refused']);
    expect((await accept(token)).body.person).toMatchObject({ uid, role: 'admin' });

    const browser = openBrowser(api);
    const session = (await signIn(browser, email)).body;
    expect(session.teams.map(({ role }: Body) => role)).toEqual(['viewer', 'admin']);
    expect(session.team.role).toBe('viewer');
    await browser.post('/sessions/switch-team', { team_uid: team.teamUid });
    expect((await browser.get('/keys')).status).toBe(200);
    expect((await browser.get('/sessions/current')).body.team).toMatchObject({ role: 'admin' });
    const elsewhere = (await addTeam(api.installation)).teamUid;
    const strange = await browser.post('/sessions/switch-team', { team_uid: elsewhere });
    expect(strange.body.code).toBe('not_in_team');
    // A new password would open the other team too, so neither may hand one out.
    const reset = await api.post('/people/reset-link', { uid });
    expect([reset.status, reset.body.code]).toEqual([409, 'person_elsewhere']);
  });

  test('gives no role that whoever invites may not give', async () => {
    const admin = await joinTeam(api, 'admin');
    const byAdmin = await admin.browser.post('/people/invite', { email: freshEmail(), role: 'owner' });
    expect([byAdmin.status, byAdmin.body.code]).toEqual([403, 'role_not_held']);
    expect((await admin.browser.post('/people/invite', { email: freshEmail(), role: 'admin' })).status).toBe(
      201,
    );
    const { body } = await api.post('/keys', { name: 'Hiring', scopes: ['read', 'admin'] });
    const roleOf = async (role: string) =>
      (await invite({ email: freshEmail(), role }, body.api_key)).code ?? 'invited';
    expect(
      await Promise.all(['viewer', 'client', 'operator', 'finance', 'admin', 'owner'].map(roleOf)),
    ).toEqual(['invited', 'invited', 'role_not_held', 'role_not_held', 'role_not_held', 'role_not_held']);
  });
});

describe('a role', () => {
  test('that changes holds from the next request on, and is told', async () => {
    const { uid, browser } = await joinTeam(api, 'viewer');
    const write = () => browser.post('/webhooks', { url: 'https://hooks.example/x' });
    expect((await write()).body).toMatchObject({ code: 'insufficient_role', needs: 'write', role: 'viewer' });
    await api.post('/people/update', { uid, role: 'operator' });
    expect((await write()).status).toBe(201);
    await api.call('PATCH', `/people/${uid}`, { role: 'viewer' });
    expect((await write()).status).toBe(403);
    const told = (await eventsAbout(uid)).filter(({ type }) => type === 'person.role_changed');
    expect(told.map(({ data }) => [data.previous_role, data.role])).toEqual([
      ['viewer', 'operator'],
      ['operator', 'viewer'],
    ]);
  });

  test('of owner is taken by owners only, and never from the last, also when two unmake each other', async () => {
    const team = await addTeam(api.installation);
    expect((await invite({ email: freshEmail(), role: 'owner' }, team.key)).code).toBe('role_not_held');
    const { db } = api.installation.storage;
    const make = async () => {
      const joined = await joinTeam(api, 'admin', { key: team.key });
      await db
        .updateTable('team_member')
        .set({ role: 'owner' })
        .where('person_uid', '=', joined.uid)
        .execute();
      return joined;
    };
    const [first, second] = [await make(), await make()];
    const admin = await joinTeam(api, 'admin', { key: team.key });
    for (const path of ['/people/remove', '/people/reset-link']) {
      const refused = await admin.browser.post(path, { uid: first.uid });
      expect([refused.status, refused.body.code], path).toEqual([403, 'role_not_held']);
    }
    const replies = await Promise.all([
      first.browser.post('/people/update', { uid: second.uid, role: 'viewer' }),
      second.browser.post('/people/remove', { uid: first.uid }),
    ]);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const { people } = (await api.get('/people', { key: team.key })).body;
    const [owner] = people.filter(({ role }: Body) => role === 'owner');
    const last = owner.uid === first.uid ? first : second;
    for (const [path, wish] of [
      ['/people/update', { role: 'admin' }],
      ['/people/remove', {}],
    ] as const) {
      const kept = await last.browser.post(path, { uid: last.uid, ...wish });
      expect([kept.status, kept.body.code], path).toEqual([409, 'last_owner']);
    }
  });
});

describe('somebody who is removed', () => {
  test('is signed out at once, and finds nobody home', async () => {
    const { uid, email, browser } = await joinTeam(api, 'operator');
    expect((await api.call('DELETE', `/people/${uid}`, {})).status).toBe(200);
    expect((await browser.get('/account')).body).toEqual({ code: 401, message: 'session expired' });
    const refused = await signIn(browser, email);
    expect([refused.status, refused.body.code]).toEqual([401, 'sign_in_refused']);
    expect((await eventsAbout(uid)).map(({ type }) => type)).toEqual(['person.joined', 'person.removed']);
    expect((await api.post('/people/remove', { uid })).body.code).toBe('person_not_found');
  });

  test('of another team is unknown', async () => {
    const team = await addTeam(api.installation);
    const { uid } = await joinTeam(api, 'viewer');
    for (const path of ['/people/remove', '/people/reset-link', '/people/update']) {
      const wish = path === '/people/update' ? { role: 'admin' } : {};
      const reply = await api.post(path, { uid, ...wish }, { key: team.key });
      expect(reply.body.code, path).toBe('person_not_found');
    }
  });
});

describe('a client', () => {
  test('reaches the workspaces they are a member of, from the moment they are and no longer', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(async () => (await api.post('/workspaces/create', { name: `W ${freshName()}` })).body.uid),
    );
    const { uid, browser } = await joinTeam(api, 'client', { workspace_uids: [one] });
    const enter = async (workspace: string) =>
      (await browser.post('/domains/list', {}, { 'X-Workspace-Id': workspace })).status;
    const listed = async () =>
      (await browser.get('/workspaces/list')).body.workspaces.map((row: Body) => row.uid);
    expect([await enter(one), await enter(two), await listed()]).toEqual([200, 400, [one]]);
    for (const path of ['/account', '/people', '/events', '/billing/wallet', '/webhooks']) {
      expect((await browser.get(path)).body.code, path).toBe('insufficient_role');
    }
    const added = await api.post('/workspaces/members/add', { workspace_uid: two, person_uid: uid });
    expect(added.body.members).toMatchObject([{ person_uid: uid, role: 'client' }]);
    expect(await enter(two)).toBe(200);
    await api.call('DELETE', `/workspaces/${one}/members/${uid}`, {});
    expect([await enter(one), await listed()]).toEqual([400, [two]]);
    expect((await api.get(`/workspaces/members?workspace_uid=${one}`)).body.members).toEqual([]);
    const told = (await eventsAbout(uid)).map(({ type, workspace_uid }) => [type, workspace_uid]);
    expect(told).toEqual([
      ['person.joined', null],
      ['person.workspace_added', two],
      ['person.workspace_removed', one],
    ]);
  });
});

describe('somebody', () => {
  test('is signed out of every device by an admin, and changes their own name', async () => {
    const { uid, email, browser } = await joinTeam(api, 'viewer');
    const phone = openBrowser(api);
    await signIn(phone, email);
    expect((await browser.post('/people/rename', { name: 'Mara V.' })).status).toBe(200);
    const { people } = (await api.get('/people?limit=500')).body;
    expect(people.find((person: Body) => person.uid === uid).name).toBe('Mara V.');
    expect((await api.post('/people/sign-out', { uid })).body.sessions_ended).toBe(2);
    for (const device of [browser, phone]) expect((await device.get('/account')).status).toBe(401);
    expect((await signIn(phone, email)).status).toBe(201);
  });

  test('who forgot their password is told where no mail can be sent', async () => {
    const reply = await openBrowser(api).post('/people/forgot-password', { email: freshEmail() });
    expect([reply.status, reply.body.code]).toEqual([409, 'mail_not_set_up']);
  });
});

test('a workspace for admins only is for them, and for whoever was made a member of it', async () => {
  const name = `W ${freshName()}`;
  const { uid } = (await api.post('/workspaces/create', { name, admins_only: true })).body;
  const [admin, operator] = [await joinTeam(api, 'admin'), await joinTeam(api, 'operator')];
  const enter = async ({ browser }: Joined) => [
    (await browser.post('/domains/list', {}, { 'X-Workspace-Id': uid })).status,
    (await browser.get(`/workspaces/details?uid=${uid}`)).status,
    (await browser.get('/workspaces/list')).body.workspaces.some((row: Body) => row.uid === uid),
  ];
  expect(await enter(admin)).toEqual([200, 200, true]);
  expect(await enter(operator)).toEqual([400, 404, false]);
  const members = (await operator.browser.get(`/workspaces/members?workspace_uid=${uid}`)).body;
  expect(members.code).toBe('workspace_not_found');
  await api.post('/workspaces/members/add', { workspace_uid: uid, person_uid: operator.uid });
  expect(await enter(operator)).toEqual([200, 200, true]);
});

describe('a link for a new password', () => {
  test('changes it, ends every session, and is good once and for an hour', async () => {
    const { uid, email, browser } = await joinTeam(api, 'viewer');
    const stale = tokenOf((await api.post('/people/reset-link', { uid })).body.link);
    const token = tokenOf((await api.post('/people/reset-link', { uid })).body.link);
    const visitor = openBrowser(api);
    const set = (given: string) =>
      visitor.post('/people/reset-password', { token: given, password: 'an entirely new one' });
    expect((await visitor.post('/people/link', { token })).body).toMatchObject({ kind: 'reset', email });
    expect((await set(stale)).body.code).toBe('link_not_valid');
    expect((await accept(token)).body.code).toBe('link_not_valid');
    expect((await browser.get('/account')).status).toBe(200);
    expect((await set(token)).body.email).toBe(email);
    expect((await browser.get('/account')).status).toBe(401);
    expect((await set(token)).body.code).toBe('link_not_valid');
    expect((await signIn(visitor, email)).status).toBe(401);
    expect((await signIn(visitor, email, { password: 'an entirely new one' })).status).toBe(201);
    const late = tokenOf((await api.post('/people/reset-link', { uid })).body.link);
    await clock.advance(60 * 60_000);
    expect((await set(late)).body.code).toBe('link_not_valid');
  });
});
