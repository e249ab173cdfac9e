// The workflow `dns.publish`, failed, killed and repeated at each of its steps, and many of them at once.
import { expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { startWorkflowRuntime } from '../../../workflow/runtime.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { expectOnTheWire, onTheWire } from '../../testing/active-domain.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { makeZone, type TestZone, timesOfEvent } from '../../testing/zone-world.ts';
import { teamOfWorkspace } from '../workspaces/index.ts';
import { publishZone } from './publish.ts';
import { publish } from './publish.workflow.ts';
import { recordsOf, zoneByDomain, zoneLock } from './store.ts';
import { freshRecord, writeVersion } from './version.ts';

const api = useInstallationWithoutWorker();
const by = { actorType: 'api_key' as const, actorId: 'test', cause: 'test', reason: 'for a test' };

/** A change that nobody has published yet. */
const change = ({ domainUid }: TestZone, host: string) =>
  inTransaction(api.installation.storage.db, async (tx) => {
    const zone = (await zoneLock(tx, domainUid))!;
    const now = new Date();
    const current = await recordsOf(tx, domainUid);
    const record = { host, type: 'A', value: '192.0.2.1', priority: null, ttlS: 60, purpose: 'custom' };
    await writeVersion(tx, zone, { current, next: [...current, freshRecord(record, now)] }, by, now);
  });
const hostedNames = async ({ name }: TestZone): Promise<string[]> => {
  const hosted = await api.installation.context.providers.dnsHost().readZone(name);
  return hosted!.records.map((record) => record.name);
};

exerciseWorkflow('dns.publish', {
  database: api.database,
  definition: publish,
  context: () => api.installation.context,
  async setup() {
    const zone = await makeZone(api.installation);
    await change(zone, 'new');
    return { zone, input: { domainUid: zone.domainUid } };
  },
  check: {
    async succeeded({ zone }, _value, { db }) {
      expect(await hostedNames(zone)).toContain(`new.${zone.name}`);
      expect(await zoneByDomain(db, zone.domainUid)).toMatchObject({
        version: 2,
        publishedVersion: 2,
        publishError: null,
      });
    },
    async failed({ zone }, failure, { db }) {
      expect(await zoneByDomain(db, zone.domainUid)).toMatchObject({
        publishedVersion: 1,
        publishError: failure.message,
      });
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.publish_failed')).toBe(1);
    },
  },
});

test('whoever publishes last of many at once, the newest version stays', async () => {
  const zone = await makeZone(api.installation);
  const { context } = api.installation;
  const publishing: Promise<void>[] = [];
  for (let index = 0; index < 20; index += 1) {
    await change(zone, `n${index}`);
    publishing.push(publishZone(context, zone.domainUid));
  }
  await Promise.all(publishing);
  expect(await zoneByDomain(context.db, zone.domainUid)).toMatchObject({ version: 21, publishedVersion: 21 });
  const names = await hostedNames(zone);
  for (let index = 0; index < 20; index += 1) expect(names).toContain(`n${index}.${zone.name}`);
});

test('a zone that is gone is nothing to publish', async () => {
  const { context } = api.installation;
  await publishZone(context, '6f1c2b3a-0000-4000-8000-000000000000');
});

test('a change whose process died right after the commit is published by the next one', async () => {
  const { installation } = api;
  const zone = await makeZone(installation);
  const key = await inTransaction(installation.storage.db, (tx) =>
    teamOfWorkspace(tx, zone.workspaceUid).then((teamUid) =>
      installation.keys.issue(tx, { teamUid, name: 'Test' }),
    ),
  );
  // Nothing executes workflows here, so the commit is all that happens.
  const added = await api.post(
    '/dns/add',
    { uid: zone.domainUid, records: [{ host: 'late', type: 'A', value: '192.0.2.1' }] },
    { key, workspace: zone.workspaceUid },
  );
  expect(added.status, JSON.stringify(added.body)).toBe(200);
  expect(await onTheWire(api, `late.${zone.name}`, 'A')).toEqual([]);
  const next = await startWorkflowRuntime({
    databaseUrl: api.database.url,
    context: installation.context,
    definitions: [publish],
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  try {
    await expectOnTheWire(api, `late.${zone.name}`, 'A', ['3600 192.0.2.1']);
  } finally {
    await next.close();
  }
});
