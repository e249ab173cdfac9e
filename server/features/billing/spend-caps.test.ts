// Spend caps, through the API.
import { describe, expect, test } from 'vitest';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { periodOf } from './spend-caps.ts';

const api = useInstallationWithoutWorker();

const setCap = (team: Team, body: object, key = team.key) =>
  api.call('PUT', '/billing/spend-caps', body, { key });
const buy = (team: Team, { key = team.key, workspace = team.workspaceUid, dryRun = false } = {}) =>
  api.post(
    '/domains/register',
    {
      domains: [{ name: freshName() }],
      use_wallet_balance: true,
      contact_details: contact,
      dry_run: dryRun,
    },
    { key, workspace },
  );
const otherKey = (team: Team) =>
  api.installation.storage.db
    .transaction()
    .execute((tx) => api.installation.keys.issue(tx, { teamUid: team.teamUid, name: 'Second' }));
const eventsOf = async (team: Team) => {
  const rows = await api.database.db
    .selectFrom('event')
    .select('type')
    .where('team_uid', '=', team.teamUid)
    .where('type', 'like', 'wallet.spend_cap%')
    .orderBy('seq')
    .execute();
  return rows.map(({ type }) => type);
};

describe('a spend cap', () => {
  test('of a day lets through what it holds, and names itself, its figures and its end after that', async () => {
    const team = await addTeam(api.installation);
    await setCap(team, { scope: 'team', credits: 30 });
    expect([(await buy(team)).status, (await buy(team)).status]).toEqual([200, 200]);
    const { status, body } = await buy(team);
    expect([status, body.code]).toEqual([403, 'spend_cap_exceeded']);
    expect(body).toMatchObject({
      cap: { scope: 'team', scope_uid: team.teamUid, period: 'day' },
      limit_credits: 30,
      spent_credits: 25,
      required_credits: 12.5,
    });
    expect(body.resets_at).toMatch(/T00:00:00.000Z$/);
    const { body: caps } = await api.get('/billing/spend-caps', { key: team.key });
    expect(caps.spend_caps).toMatchObject([{ spent_credits: 25, remaining_credits: 5, limit_credits: 30 }]);
    expect((await api.get('/billing/wallet', { key: team.key })).body.credits_remaining).toBe(975);
    expect(await eventsOf(team)).toEqual(['wallet.spend_cap_nearly_reached', 'wallet.spend_cap_refused']);
    await setCap(team, { scope: 'team', credits: null });
    expect((await buy(team)).status).toBe(200);
  });

  test('is not passed by forty purchases at once', async () => {
    const team = await addTeam(api.installation);
    await setCap(team, { scope: 'team', credits: 100 });
    const replies = await Promise.all(Array.from({ length: 40 }, () => buy(team)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(new Set(replies.map(({ body }) => body.code))).toEqual(new Set([undefined, 'spend_cap_exceeded']));
    expect((await eventsOf(team)).sort()).toEqual([
      'wallet.spend_cap_nearly_reached',
      'wallet.spend_cap_reached',
      'wallet.spend_cap_refused',
    ]);
  });

  test('of a workspace or a key holds for that one alone, and a capped key cannot lift it', async () => {
    const team = await addTeam(api.installation);
    const key = await otherKey(team);
    expect((await setCap(team, { scope: 'key', period: 'month', credits: 5 }, key)).status).toBe(200);
    expect((await buy(team, { key })).body.cap).toMatchObject({ scope: 'key', period: 'month' });
    const lifted = await setCap(team, { scope: 'key', period: 'month', credits: null }, key);
    expect([lifted.status, lifted.body.code]).toEqual([403, 'capped_key']);
    expect((await buy(team)).status).toBe(200);

    const made = await api.post('/workspaces/create', { name: freshName() }, { key: team.key });
    await setCap(team, { scope: 'workspace', scope_uid: made.body.uid, credits: 0 });
    expect((await buy(team, { workspace: made.body.uid })).body.code).toBe('spend_cap_exceeded');
    expect((await buy(team)).status).toBe(200);
    const unknown = await setCap(team, { scope: 'workspace', scope_uid: team.teamUid, credits: 1 });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'cap_scope_not_found']);
  });

  test('that refused something tells so once a day, and a dry run tells nothing', async () => {
    const team = await addTeam(api.installation);
    await setCap(team, { scope: 'team', credits: 5 });
    expect((await buy(team, { dryRun: true })).body.code).toBe('spend_cap_exceeded');
    expect(await eventsOf(team)).toEqual([]);
    for (let tries = 0; tries < 3; tries += 1) expect((await buy(team)).body.code).toBe('spend_cap_exceeded');
    expect(await eventsOf(team)).toEqual(['wallet.spend_cap_refused']);
    const { data } = await api.database.db
      .selectFrom('event')
      .select('data')
      .where('team_uid', '=', team.teamUid)
      .where('type', '=', 'wallet.spend_cap_refused')
      .executeTakeFirstOrThrow();
    expect(data).toMatchObject({
      cap: { scope: 'team', period: 'day' },
      limit_credits: 5,
      required_credits: 12.5,
      workspace_uid: team.workspaceUid,
    });
    // As if it had been told of yesterday.
    const yesterday = new Date(Date.now() - 86_400_000);
    await api.database.db.updateTable('spend_cap').set({ refusal_told_at: yesterday }).execute();
    await buy(team);
    expect(await eventsOf(team)).toHaveLength(2);
  });

  test('counts no longer what was given back', async () => {
    const team = await addTeam(api.installation);
    await setCap(team, { scope: 'team', credits: 12.5 });
    const bought: Body = (await buy(team)).body;
    expect((await buy(team)).status).toBe(403);
    const { giveBackCharges } = await import('./index.ts');
    await api.database.db
      .transaction()
      .execute((tx) =>
        giveBackCharges(tx, { type: 'domain', uid: bought.domain_uids[0] }, 'test', new Date()),
      );
    expect((await buy(team)).status).toBe(200);
  });
});

test('days and months of a cap are those of UTC', () => {
  const late = new Date('2026-12-31T23:59:59.999Z');
  expect(periodOf('day', late)).toEqual({
    start: new Date('2026-12-31T00:00:00.000Z'),
    end: new Date('2027-01-01T00:00:00.000Z'),
  });
  expect(periodOf('month', late).start.toISOString()).toBe('2026-12-01T00:00:00.000Z');
});
