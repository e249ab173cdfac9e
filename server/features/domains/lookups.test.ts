// Looking things up about domains, through HTTP: what can be had, what is banned, what is there, what has room.
import { describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { activeDomain, activeDomains } from '../../testing/active-domain.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_MAX_MAILBOXES_PER_DOMAIN: '2' });

const namesOf = (rows: Body[]): string[] => rows.map(({ name }) => name);
const search = async (body: object): Promise<Body[]> =>
  (await api.post('/domains/search', body)).body.domains;
const buy = (domain: string, usernames: string[]) =>
  api.post('/mailboxes/buy', {
    mailboxes: usernames.map((username) => ({
      first_name: 'Mara',
      last_name: 'Voss',
      username,
      domain_name: domain,
      platform: 'MICROSOFT',
    })),
  });

describe('domains/search', () => {
  test('puts a whole name first, as domain or as keyword, also when it cannot be had', async () => {
    const label = freshName().replace('.com', '');
    expect((await search({ keyword: `${label}.org` }))[0]).toMatchObject({
      name: `${label}.org`,
      available: true,
    });
    const [first, second] = await search({ keyword: label, domain: 'google.net' });
    expect(first).toMatchObject({ name: 'google.net', available: false, unavailable_reason: 'taken' });
    expect(second.name).toBe(`${label}.com`);
    const [unsold] = await search({ keyword: label, domain: 'northpeak.io' });
    expect(unsold).toMatchObject({ name: 'northpeak.io', unavailable_reason: 'unsupported_tld' });
  });

  test('ranks trusted top-level domains before affixes, and hyphens last', async () => {
    const label = freshName().replace('.com', '');
    const names = namesOf(await search({ keyword: label, num: 100 }));
    expect(names.slice(0, 2)).toEqual([`${label}.com`, `get${label}.com`]);
    const at = (name: string) => names.indexOf(name);
    expect(at(`get${label}.com`)).toBeLessThan(at(`${label}.shop`));
    expect(at(`get-${label}.com`)).toBeGreaterThan(at(`${label}hq.com`));
    expect(names).toContain(`${label}.net`);
  });

  test('reads several words as one brand, and as hyphenated one', async () => {
    const names = namesOf(await search({ keyword: 'Quarry Bluff Nine', tlds: ['com'], num: 100 }));
    expect(names[0]).toBe('quarrybluffnine.com');
    expect(names).toContain('quarry-bluff-nine.com');
  });

  test('flags banned names, and hosts that could not take one, as far as it was asked to', async () => {
    const [banned] = await search({ keyword: 'northpeak', domain: 'paypal-login.com' });
    expect(banned).toMatchObject({ banned: true, available: false, unavailable_reason: 'banned' });
    const stranger = await addTeam(api.installation);
    const name = freshName();
    const { providers } = api.installation.context;
    await providers.mailboxHost('GOOGLE').setUpDomain({ name, workspaceId: stranger.workspaceUid });
    const [taken, other] = await search({ keyword: 'northpeak', domain: name });
    expect(taken).toMatchObject({ google_workspace_available: false, ms365_workspace_available: false });
    expect(other).toMatchObject({ google_workspace_available: true, ms365_workspace_available: true });
    const [unchecked] = await search({ keyword: 'northpeak', check_google_workspace_availability: false });
    expect(unchecked).not.toHaveProperty('google_workspace_available');
    expect(unchecked).toHaveProperty('ms365_workspace_available');
  });
});

describe('domains/banned', () => {
  test('says so of names of any top-level domain, in both forms of the path', async () => {
    const { body } = await api.get('/domains/banned?domain=PayPal-Login.io');
    expect(body).toEqual({
      error: false,
      message: 'Domain is banned',
      domain: 'paypal-login.io',
      banned: true,
    });
    expect((await api.get('/domains/banned/northpeak.com')).body).toMatchObject({
      message: 'Domain is not banned',
      banned: false,
    });
    expect((await api.get('/domains/banned?domain=nonsense')).body.code).toBe('invalid_domain_name');
  });
});

describe('domains/check-workspace-availability', () => {
  test('is about what somebody else has, at the hosts and here', async () => {
    const mine = await activeDomain(api);
    const stranger = await addTeam(api.installation);
    const theirs = freshName();
    const options = { key: stranger.key, workspace: stranger.workspaceUid };
    await api.post('/domains/nameservers', { domains: [theirs] }, options);
    const { body } = await api.post('/domains/check-workspace-availability', {
      domains: [mine.name, theirs, 'nobody-has-this.io', mine.name],
    });
    const available = (domain: string, is: boolean) => ({
      domain,
      google_workspace_available: is,
      ms365_workspace_available: is,
    });
    expect(body.result).toEqual([
      available(mine.name, true),
      available(theirs, false),
      available('nobody-has-this.io', true),
    ]);
  });
});

describe('domains/details', () => {
  test('is the row of the list, by uid, by name, and under the short path', async () => {
    const { uid, name } = await activeDomain(api);
    const [row] = (await api.post('/domains/list', { keyword: name })).body.domains;
    for (const path of [
      `/domains/details?uid=${uid}`,
      `/domains/details?domain=${name.toUpperCase()}`,
      `/domains/${uid}`,
    ]) {
      expect((await api.get(path)).body.domain, path).toEqual(row);
    }
  });

  test('of a domain the workspace does not have is a 404, and other operations are no uid', async () => {
    expect((await api.get(`/domains/details?uid=${newId()}`)).body).toMatchObject({
      code: 'domain_not_found',
      message: 'Domain not found',
    });
    expect((await api.get('/domains/register')).body).toEqual({ code: 404, message: 'Not found' });
    expect((await api.get('/domains/assignable')).status).toBe(200);
  });
});

describe('domains/assignable', () => {
  test('lists active domains with room, with what they may take', async () => {
    const [empty, some, full] = await activeDomains(api, 3);
    const waiting = freshName();
    await api.post('/domains/nameservers', { domains: [waiting] });
    expect((await buy(some!.name, ['mara'])).status).toBe(200);
    expect((await buy(full!.name, ['mara', 'otto'])).status).toBe(200);
    const { body } = await api.get('/domains/assignable?limit=100');
    const rows = new Map<string, Body>(body.domains.map((row: Body) => [row.name, row]));
    expect(rows.get(empty!.name)).toMatchObject({
      uid: empty!.uid,
      assigned_mailboxes: 0,
      available_mailboxes: 2,
      maximum_mailboxes: 2,
      platform: null,
    });
    expect(rows.get(some!.name)).toMatchObject({
      assigned_mailboxes: 1,
      available_mailboxes: 1,
      platform: 'MICROSOFT',
    });
    expect([rows.has(full!.name), rows.has(waiting)]).toEqual([false, false]);
    expect(body.total).toBe(body.domains.length);
    const page = (await api.get('/domains/assignable?page=2&limit=1')).body;
    expect(page).toMatchObject({ total: body.total, pages: body.total, current_page: 2, limit: 1 });
    expect(page.domains).toHaveLength(1);
  });
});
