// The history of a wallet, what was used, and what is to come, through the API.
import { beforeAll, describe, expect, test } from 'vitest';
import { contact, freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';

const api = useInstallationWithoutWorker();
let team: Team;
const name = freshName();
const get = async (path: string): Promise<Body> => (await api.get(path, { key: team.key })).body;

beforeAll(async () => {
  team = await addTeam(api.installation, 500);
  const options = { key: team.key, workspace: team.workspaceUid };
  await api.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 12) }]), options);
  for (let count = 0; count < 5; count += 1) {
    const domains = [{ name: freshName() }];
    await api.post(
      '/domains/register',
      { domains, use_wallet_balance: true, contact_details: contact },
      options,
    );
  }
});

describe('wallet logs', () => {
  test('are filtered by direction, purpose, time, workspace and words, with the balances of the whole wallet', async () => {
    const all = (await get('/billing/wallet/logs?limit=50')).logs;
    expect(all.map((log: Body) => [log.purpose, log.balance_after])).toEqual([
      ...[418, 430.5, 443, 455.5, 468].map((balance) => ['domain', balance]),
      ['order', 480.5],
      ['team', 500],
    ]);
    const order = await get(`/billing/wallet/logs?purpose=order&workspace_id=${team.workspaceUid}`);
    expect([order.total, order.logs[0].balance_after, order.logs[0].credits]).toEqual([1, 480.5, 19.5]);
    expect((await get('/billing/wallet/logs?type=credit')).total).toBe(1);
    expect((await get('/billing/wallet/logs?keyword=ORDER%20of')).total).toBe(1);
    const { created_at } = all[5];
    expect((await get(`/billing/wallet/logs?until=${created_at}&limit=50`)).logs).toEqual(
      all.filter((log: Body) => log.created_at < created_at),
    );
  });

  test('read by cursor to the end skip and repeat nothing', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await get(`/billing/wallet/logs?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.logs.map((log: Body) => log.uid));
      if (!page.next_cursor) break;
      cursor = page.next_cursor;
    }
    expect(seen).toEqual((await get('/billing/wallet/logs?limit=50')).logs.map((log: Body) => log.uid));
  });

  test('as CSV are the same rows under a header', async () => {
    const url = `${api.installation.baseUrl}/v1/api/billing/wallet/logs?format=csv`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${team.key}` } });
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
    const lines = (await response.text()).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^created_at,type,credits,balance_after,description/);
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toMatch(/,credit,500,500,Test,team,funding,/);
  });
});

test('usage sums up to what was charged, whichever way it is cut', async () => {
  const byDomain = await get('/billing/usage?group_by=domain,purpose');
  expect(byDomain.total_credits).toBe(82);
  const own = byDomain.usage.filter((row: Body) => row.domain === name);
  expect(own.map((row: Body) => [row.purpose, row.credits, row.items])).toEqual([
    ['domain registration', 12.5, 1],
    ['mailbox first month', 7, 12],
  ]);
  for (const parts of ['month', 'workspace', 'purpose', 'domain', 'month,workspace,purpose,domain']) {
    const { usage } = await get(`/billing/usage?group_by=${parts}`);
    expect(usage.reduce((sum: number, row: Body) => sum + row.credits, 0)).toBe(82);
  }
  const { body } = await api.get('/billing/usage?group_by=colour', { key: team.key });
  expect(body.code).toBe('validation_failed');
});

test('what is to come is listed by date, with what the wallet will lack and from when on', async () => {
  const until = new Date(Date.now() + 400 * 86_400_000).toISOString();
  const upcoming = await get(`/billing/upcoming?until=${until}`);
  expect(upcoming.charges.map(({ type }: Body) => type)).toEqual(Array(13).fill('subscription'));
  expect(upcoming).toMatchObject({ total_credits: 13 * 39, credits_remaining: 418, missing_credits: 89 });
  expect(upcoming.short_at).toBe(upcoming.charges[10].due_at);
  expect((await get('/billing/upcoming')).charges.length).toBeLessThanOrEqual(1);
});
