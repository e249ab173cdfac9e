// Renewing bought domains, through HTTP, with what it costs.
import { describe, expect, test } from 'vitest';
import { activeDomain, activeDomains } from '../../testing/active-domain.ts';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const statusOf = async (uid: string): Promise<Body> =>
  (await api.get(`/domains/renewal-status?uid=${uid}`)).body;
const renewed = (uid: string): Promise<Body> =>
  askUntil(
    () => statusOf(uid),
    (body) => body.renewal !== null && body.renewal.status !== 'pending',
  );
const yearsBetween = (from: string, to: string): number =>
  new Date(to).getUTCFullYear() - new Date(from).getUTCFullYear();
const register = async (name: string, years = 1): Promise<string> => {
  const { body } = await api.post('/domains/register', {
    domains: [{ name, registration_years: years }],
    contact_details: contact,
    use_wallet_balance: true,
  });
  const uid = body.domain_uids[0];
  await askUntil(
    async () => (await api.get(`/domains/details?uid=${uid}`)).body.domain,
    (domain) => domain.status === 'active',
  );
  return uid;
};

describe('domains/renew', () => {
  test('renews for the years asked at the price it said before', async () => {
    const { uid, name } = await activeDomain(api);
    const before = await statusOf(uid);
    expect(before).toMatchObject({ name, renewal_status: 'na', renewal: null });
    const wallet = await walletOf(api);
    const quote = await api.post('/domains/renew', { uids: [uid], years: 2, dry_run: true });
    expect(quote.body).toMatchObject({ dry_run: true, total_cost: 25, credits_remaining: wallet });
    expect(quote.body.lines).toEqual([{ description: `${name}, renewal for 2 years`, credits: 25 }]);
    expect(await walletOf(api)).toBe(wallet);

    const { status, body } = await api.post('/domains/renew', { uids: [uid], years: 2 });
    expect([status, body.message]).toEqual([200, 'Domains renewal initiated successfully']);
    expect(body).toMatchObject({ dry_run: false, total_cost: 25, credits_remaining: wallet - 25 });
    expect(body.domains).toEqual([{ _id: uid, uid, name, years: 2, renewal_date: before.renewal_date }]);
    const after = await renewed(uid);
    expect(after).toMatchObject({
      renewal_status: 'completed',
      renewal: { status: 'completed', years: 2, price: 25, renewal_date_before: before.renewal_date },
    });
    expect(yearsBetween(before.renewal_date, after.renewal_date)).toBe(2);
    expect((await api.get(`/domains/details?uid=${uid}`)).body.domain).toMatchObject({
      renewal_date: after.renewal_date,
      renewal_status: 'completed',
      status: 'active',
    });
    await expectBalanced(api);
  });

  test('renews several domains in one request, by name too, and again when that has ended', async () => {
    const domains = await activeDomains(api, 2);
    const wallet = await walletOf(api);
    await api.post('/domains/renew', { domains: domains.map(({ name }) => name) });
    for (const { uid } of domains) expect((await renewed(uid)).renewal_status).toBe('completed');
    expect(await walletOf(api)).toBe(wallet - 25);
    const [first] = domains;
    expect((await api.post('/domains/renew', { uids: [first!.uid] })).status).toBe(200);
    await askUntil(
      () => walletOf(api),
      (credits) => credits === wallet - 37.5,
    );
    await askUntil(
      () => statusOf(first!.uid),
      ({ renewal_status }) => renewal_status === 'completed',
    );
  });

  test.each([
    ['refuses', '-fails-renewal', 'failed'],
    ['loses the answer of', '-times-out-after', 'completed'],
    ['loses the request for', '-times-out-before', 'completed'],
    ['is too busy at first for', '-busy', 'completed'],
  ])('what a registry %s is paid for once, or credited back', async (_what, mark, expected) => {
    const uid = await register(freshName(mark));
    const wallet = await walletOf(api);
    const { renewal_date } = await statusOf(uid);
    expect((await api.post('/domains/renew', { uids: [uid] })).status).toBe(200);
    const after = await renewed(uid);
    expect(after.renewal_status).toBe(expected);
    const failed = expected === 'failed';
    expect(await walletOf(api)).toBe(failed ? wallet : wallet - 12.5);
    expect(yearsBetween(renewal_date, after.renewal_date)).toBe(failed ? 0 : 1);
    if (failed) expect(after.renewal.reason).toContain('refused');
    await expectBalanced(api);
  });

  test('is refused for a connected domain, and says where to renew it', async () => {
    const name = freshName();
    const { body } = await api.post('/domains/nameservers', { domains: [name] });
    const { uid } = body.result[0];
    const refused = await api.post('/domains/renew', { uids: [uid] });
    expect([refused.status, refused.body.code, refused.body.domains]).toEqual([
      409,
      'domain_was_connected',
      [name],
    ]);
    expect((await api.get(`/domains/renewal-status?uid=${uid}`)).body.code).toBe('domain_was_connected');
  });

  test('is refused beyond ten years, and while a renewal is under way', async () => {
    const long = await register(freshName(), 9);
    const refused = await api.post('/domains/renew', { uids: [long], years: 2 });
    expect([refused.status, refused.body.code]).toEqual([400, 'renewal_too_long']);
    const slow = await register(freshName('-slow'));
    expect((await api.post('/domains/renew', { uids: [slow] })).status).toBe(200);
    const again = await api.post('/domains/renew', { uids: [slow] });
    expect([again.status, again.body.code]).toEqual([409, 'renewal_in_progress']);
    expect((await statusOf(slow)).renewal_status).toBe('pending');
    expect((await renewed(slow)).renewal_status).toBe('completed');
  });

  test('costs nothing when the wallet holds too little', async () => {
    const poor = await addTeam(api.installation, 12.5);
    const options = { key: poor.key, workspace: poor.workspaceUid };
    const name = freshName();
    const body = { domains: [{ name }], contact_details: contact, use_wallet_balance: true };
    const { domain_uids } = (await api.post('/domains/register', body, options)).body;
    await askUntil(
      async () => (await api.get(`/domains/details?uid=${domain_uids[0]}`, options)).body.domain,
      (domain) => domain.status === 'active',
    );
    for (const dry_run of [true, false]) {
      const refused = await api.post('/domains/renew', { uids: domain_uids, dry_run }, options);
      expect([refused.status, refused.body.code]).toEqual([402, 'insufficient_funds']);
    }
    const { renewal_status } = (await api.get(`/domains/renewal-status?uid=${domain_uids[0]}`, options)).body;
    expect(renewal_status).toBe('na');
  });
});
