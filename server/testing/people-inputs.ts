// What the properties of all endpoints send to those about people: somebody who is signed in, and things of others that
// a property may use up.
import { TOTP } from 'otpauth';
import { newId } from '../../database/uuid.ts';
import { freshEmail, type Joined, joinTeam, openBrowser, PASSWORD, signIn, tokenOf } from './browser.ts';
import type { PropertyFixtures } from './endpoint-properties.ts';
import type { TestInstallation } from './test-installation.ts';

export type PeopleInputs = Pick<PropertyFixtures, 'session'> & {
  inputs: NonNullable<PropertyFixtures['inputs']>;
};

/** Call once for a file; what it answers makes the inputs, for as long as the installation lives. */
export const peopleInputs = (api: TestInstallation): (() => Promise<PeopleInputs>) => {
  let joined: Promise<Joined> | undefined;
  const somebody = async (): Promise<string> => (await joinTeam(api, 'viewer')).uid;
  const link = async (): Promise<string> =>
    tokenOf((await api.post('/people/invite', { email: freshEmail(), role: 'viewer' })).body.link);
  const resetToken = async (): Promise<string> =>
    tokenOf((await api.post('/people/reset-link', { uid: await somebody() })).body.link);

  return async () => {
    joined ??= joinTeam(api, 'owner');
    const { uid, email, browser } = await joined;
    const otherSession = async (): Promise<string> =>
      (await signIn(openBrowser(api), email)).body.session.uid;
    const enrolled = async (): Promise<string> => {
      const { secret } = (await browser.post('/factors/totp', { password: PASSWORD })).body;
      return new TOTP({ secret: secret ?? 'A' }).generate();
    };
    const membership = { workspace_uid: api.workspaceUid, person_uid: uid };
    return {
      session: async () => {
        // The operation before may have been signing out.
        if ((await browser.get('/sessions/current')).status === 401) await signIn(browser, email);
        return {
          cookie: `inboxkit_session=${browser.cookies.get('inboxkit_session')}`,
          csrfToken: browser.csrfToken,
        };
      },
      inputs: {
        'people.invite': { body: { email: freshEmail(), role: 'viewer' } },
        'people.list': { query: {} },
        'people.update': async () => ({ body: { uid: await somebody(), role: 'operator' } }),
        'people.remove': async () => ({ body: { uid: await somebody() } }),
        'people.reset-link': async () => ({ body: { uid: await somebody() } }),
        'people.sign-out': async () => ({ body: { uid: await somebody() } }),
        'people.change-email': { body: { email: freshEmail(), password: PASSWORD } },
        'people.forgot-password': { body: { email: freshEmail() } },
        'people.show-link': async () => ({ body: { token: await link() } }),
        'people.accept': async () => ({ body: { token: await link(), name: 'Mara', password: PASSWORD } }),
        'people.reset-password': async () => ({
          body: { token: await resetToken(), password: PASSWORD },
        }),
        'workspace-members.list': { query: { workspace_uid: api.workspaceUid } },
        'workspace-members.add': { body: membership },
        'workspace-members.remove': { body: membership },
        'factors.enrol-totp': { body: { password: PASSWORD } },
        'factors.confirm-totp': async () => ({ body: { code: await enrolled() } }),
        'factors.remove-totp': { body: { password: PASSWORD } },
        'factors.renew-recovery-codes': { body: { password: PASSWORD } },
        'factors.change-password': { body: { password: PASSWORD, new_password: PASSWORD } },
        'passkeys.options': { body: { password: PASSWORD } },
        'passkeys.remove': { body: { uid: newId() } },
        'sessions.create': { body: { email, password: PASSWORD } },
        'sessions.revoke': async () => ({ body: { uid: await otherSession() } }),
        'sessions.switch-team': { body: { team_uid: api.teamUid } },
      },
    };
  };
};
