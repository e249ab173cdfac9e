// What stands in the record of those who are not signed in yet.
import { describe, expect, test } from 'vitest';
import { freshEmail, joinTeam, openBrowser, PASSWORD, signIn, tokenOf } from '../../testing/browser.ts';
import { askUntil } from '../../testing/follow.ts';
import { freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const entriesOf = async (query: Record<string, string>): Promise<Body[]> =>
  (await api.get(`/audit?${new URLSearchParams({ limit: '500', ...query })}`)).body.entries;
const end = async (): Promise<number> => (await api.get('/audit/verify')).body.end.position;

describe('what people do before they are signed in', () => {
  const about = (target: string, operation: string) => entriesOf({ target, operation });

  test('is written: who joined, who signed in and from where, and who tried to', async () => {
    const { uid, email, browser } = await joinTeam(api, 'operator');
    const person = { type: 'person', id: uid };
    expect((await about(uid, 'people.accept'))[0]).toMatchObject({
      actor: { ...person, session_id: null },
      outcome: 'done',
    });
    const session = (await browser.get('/sessions/current')).body.session.uid;
    const [signedIn] = await about(uid, 'sessions.create');
    expect(signedIn).toMatchObject({
      actor: { ...person, session_id: session },
      address: '127.0.0.1',
      input: { email, password: '[blanked]' },
    });
    await signIn(openBrowser(api), email, { password: 'not the right one' });
    const [refused] = await askUntil(
      () => about(uid, 'sessions.create'),
      (entries) => entries.length === 2,
    );
    expect(refused).toMatchObject({
      actor: { type: 'visitor', id: null },
      outcome: 'refused',
      code: 'sign_in_refused',
      targets: [uid],
    });
    const all = JSON.stringify(await entriesOf({ target: uid }));
    for (const secret of [PASSWORD, 'not the right one']) expect(all).not.toContain(secret);
  });

  test('is written of a new password, and not the link that let somebody choose it', async () => {
    const { uid } = await joinTeam(api, 'viewer');
    const token = tokenOf((await api.post('/people/reset-link', { uid })).body.link);
    await openBrowser(api).post('/people/reset-password', { token, password: 'an entirely new one' });
    const [entry] = await about(uid, 'people.reset-password');
    expect(entry).toMatchObject({ actor: { type: 'person', id: uid, session_id: null }, outcome: 'done' });
    expect(entry.changes.map(({ type }: Body) => type)).toContain('person.password_changed');
    expect(JSON.stringify(await entriesOf({}))).not.toContain(token);
  });

  test('of an address that nobody has is in nobody’s record', async () => {
    const before = await end();
    await signIn(openBrowser(api), freshEmail());
    const { uid } = (await api.post('/tags', { name: freshName() })).body;
    await askUntil(
      () => entriesOf({ target: uid }),
      (entries) => entries.length === 1,
    );
    expect(await end()).toBe(before + 1);
  });
});
