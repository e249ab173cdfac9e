// The workflow `workspaces.offboard`, failed, killed and repeated at each of its steps, and asked for over HTTP.
import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { askUntil } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { workflowNamed, workspaceParts } from '../../testing/whole-contract.ts';
import {
  booksOf,
  buyForTest,
  domainStatus,
  mailboxStatuses,
  timesTold,
  useInstallationWithoutWorker,
} from '../../testing/workflow-world.ts';
import { createWorkspace } from './change.ts';
import { offboarding } from './offboard.workflow.ts';
import { workspaceByUid, workspaceLock, workspaceOffboard } from './store.ts';

const api = useInstallationWithoutWorker();

const statusOfKey = async (uid: string) =>
  (
    await api.database.db
      .selectFrom('api_key')
      .select('revoked_at')
      .where('uid', '=', uid)
      .executeTakeFirstOrThrow()
  ).revoked_at;

exerciseWorkflow('workspaces.offboard', {
  database: api.database,
  definition: offboarding(workspaceParts),
  others: [workflowNamed('domains.remove')],
  context: () => api.installation.context,
  async setup({ db, clock, providers, keys }) {
    const { team, domain, mailboxUids } = await buyForTest(api.installation, 1);
    const { workspaceUid, teamUid } = team;
    const host = providers.mailboxHost('GOOGLE');
    await host.setUpDomain({ name: domain.name, workspaceId: workspaceUid });
    await host.createMailbox({
      id: mailboxUids[0]!,
      workspaceId: workspaceUid,
      address: `mara0@${domain.name}`,
      displayName: 'Mara Voss',
      platform: 'GOOGLE',
      password: 'correct-horse-Battery-9',
      appPassword: 'qwjxkdbnvhpslfty',
      idempotencyKey: mailboxUids[0]!,
    });
    const made = await inTransaction(db, async (tx) => {
      const now = clock.now();
      await createWorkspace(tx, teamUid, { name: 'Stays' }, now);
      const own = await keys.issueKey(tx, { teamUid, name: 'Client', workspaceUids: [workspaceUid] });
      const wide = await keys.issueKey(tx, { teamUid, name: 'Wide' });
      await tx.updateTable('mailbox').set({ status: 'active' }).where('uid', 'in', mailboxUids).execute();
      await tx.updateTable('domain').set({ status: 'active' }).where('uid', '=', domain.uid).execute();
      const workspace = (await workspaceLock(tx, teamUid, workspaceUid))!;
      await workspaceOffboard(tx, { ...workspace, offboardingSince: now, offboardingRuns: 1 }, now);
      return { own: own.uid, wide: wide.uid };
    });
    const books = await booksOf(api.installation, teamUid);
    return { team, domain, mailboxUids, keys: made, books, input: { workspaceUid } };
  },
  check: {
    async succeeded({ team, domain, mailboxUids, keys, books }, _value, { db }) {
      expect(await workspaceByUid(db, team.teamUid, team.workspaceUid)).toBeNull();
      expect(await domainStatus(api.installation, domain.uid)).toBe('deleted');
      expect(await mailboxStatuses(api.installation, mailboxUids)).toEqual(['deleted']);
      expect(await timesTold(api.installation, domain.uid, 'deleted')).toBe(1);
      expect(await statusOfKey(keys.own)).not.toBeNull();
      expect(await statusOfKey(keys.wide)).toBeNull();
      const told = await db
        .selectFrom('event')
        .select('type')
        .where('team_uid', '=', team.teamUid)
        .where('type', 'in', ['workspace.deleted', 'key.revoked'])
        .execute();
      expect(told.map(({ type }) => type).sort()).toEqual(['key.revoked', 'workspace.deleted']);
      // Nothing is paid back: neither once nor twice.
      expect(await booksOf(api.installation, team.teamUid)).toEqual(books);
    },
    async failed({ team }, failure, { db }) {
      const workspace = await workspaceByUid(db, team.teamUid, team.workspaceUid);
      // The step that deletes it may have acted before its answer was lost.
      if (workspace === null) return;
      expect(failure.message).not.toBe('');
      expect(workspace.offboardingProblem).not.toBeNull();
      expect(workspace.offboardingSince).not.toBeNull();
    },
  },
});

describe('over HTTP', () => {
  test('a workspace that is being taken apart says so, takes nothing more in, and is begun once', async () => {
    const team = await addTeam(api.installation);
    const options = { key: team.key, workspace: team.workspaceUid };
    const last = await api.call(
      'DELETE',
      `/workspaces/delete?uid=${team.workspaceUid}&force=true`,
      undefined,
      options,
    );
    expect([last.status, last.body.code]).toEqual([409, 'last_workspace']);
    const other = (await api.post('/workspaces/create', { name: 'Other' }, options)).body.uid;
    const force = () => api.call('DELETE', `/workspaces/${team.workspaceUid}?force=true`, undefined, options);
    const begun = await force();
    expect(begun.body).toMatchObject({
      error: false,
      deleted: false,
      workspace: { status: 'offboarding', offboarding: { problem: null } },
    });
    expect((await force()).body.workspace.offboarding).toEqual(begun.body.workspace.offboarding);
    const started = await api.database.db
      .selectFrom('workflow_start')
      .select('id')
      .where('workflow', '=', 'workspaces.offboard')
      .where('id', 'like', `%${team.workspaceUid}%`)
      .execute();
    expect(started).toHaveLength(1);
    const bought = await api.post('/tags', { name: 'late' }, options);
    expect([bought.status, bought.body.message]).toEqual([400, 'Invalid workspace']);
    // The one that stays is the last one by now.
    const refused = await api.call('DELETE', `/workspaces/${other}`, undefined, options);
    expect(refused.body.code).toBe('last_workspace');
  });

  test('one that stopped shows why, and goes on when it is forced again', async () => {
    const team = await addTeam(api.installation);
    const options = { key: team.key, workspace: team.workspaceUid };
    await api.post('/workspaces/create', { name: 'Other' }, options);
    const { db } = api.database;
    await inTransaction(db, async (tx) => {
      const workspace = (await workspaceLock(tx, team.teamUid, team.workspaceUid))!;
      const stopped = {
        offboardingSince: new Date(),
        offboardingRuns: 1,
        offboardingProblem: 'north.com: refused',
      };
      await workspaceOffboard(tx, { ...workspace, ...stopped }, new Date());
    });
    const details = () => api.get(`/workspaces/details?uid=${team.workspaceUid}`, options);
    expect((await details()).body.workspace.offboarding.problem).toBe('north.com: refused');
    await api.call('DELETE', `/workspaces/${team.workspaceUid}?force=true`, undefined, options);
    await askUntil(
      details,
      ({ body }) => body.workspace === undefined || body.workspace.offboarding.problem === null,
    );
    const started = await db
      .selectFrom('workflow_start')
      .select('id')
      .where('id', '=', `workspaces.offboard:${team.workspaceUid}:2`)
      .execute();
    expect(started).toHaveLength(1);
  });
});
