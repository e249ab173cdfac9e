// The workflow `dns.rotate-dkim`, failed, killed and repeated at each of its steps. Whatever happens, every key that
// signs is published.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { askUntil } from '../../testing/follow.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { makeZone, type TestZone, timesOfEvent } from '../../testing/zone-world.ts';
import { dkimHost } from './dkim.ts';
import { publish } from './publish.workflow.ts';
import { rotateDkim } from './rotate-dkim.workflow.ts';
import { zoneByDomain, zoneSetRotation } from './store.ts';

const api = useInstallationWithoutWorker();
const keysOf = ({ name }: TestZone) => api.installation.context.providers.mailboxHost('SMTP').dkimKeys(name);

/** Waits until the DNS host has published the keys of exactly these selectors. */
const expectPublished = async (zone: TestZone, selectors: string[]) => {
  const wanted = selectors.map((selector) => `${dkimHost(selector)}.${zone.name}`).toSorted();
  const published = async () => {
    const hosted = await api.installation.context.providers.dnsHost().readZone(zone.name);
    return hosted!.records.map(({ name }) => name).filter((name) => name.includes('._domainkey.'));
  };
  await askUntil(published, (names) => names.toSorted().join() === wanted.join(), 20_000);
};
const selectors = (keys: Awaited<ReturnType<typeof keysOf>>, state?: string) =>
  keys.filter((key) => state === undefined || key.state === state).map(({ selector }) => selector);

exerciseWorkflow('dns.rotate-dkim', {
  database: api.database,
  definition: rotateDkim,
  others: [publish],
  context: () => api.installation.context,
  // The week of overlap, in a tenth of a second.
  timeScale: 1.6e-7,
  async setup({ db }) {
    const zone = await makeZone(api.installation);
    const startedAt = new Date().toISOString();
    const rotation = { id: newId(), stage: 'making_keys' as const, startedAt, selectors: [] };
    await inTransaction(db, (tx) => zoneSetRotation(tx, zone.domainUid, rotation));
    return { zone, input: { domainUid: zone.domainUid, platform: null } };
  },
  check: {
    async succeeded({ zone }, _value, { db }) {
      const keys = await keysOf(zone);
      expect(keys.map(({ selector, state }) => `${selector} ${state}`)).toEqual([
        'ik3 signing',
        'ik4 signing',
      ]);
      await expectPublished(zone, ['ik3', 'ik4']);
      expect((await zoneByDomain(db, zone.domainUid))?.dkimRotation).toBeNull();
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.dkim_rotated')).toBe(1);
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.dkim_rotation_failed')).toBe(0);
    },
    async failed({ zone }, { step }, { db }) {
      const keys = await keysOf(zone);
      const undone = ['addKeys', 'writeRecords', 'put', 'prove', 'activate'].includes(step ?? '');
      expect(selectors(keys, 'signing')).toEqual(undone ? ['ik1', 'ik2'] : ['ik3', 'ik4']);
      expect(selectors(keys, 'waiting')).toEqual([]);
      await expectPublished(zone, selectors(keys));
      expect((await zoneByDomain(db, zone.domainUid))?.dkimRotation).toBeNull();
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.dkim_rotation_failed')).toBe(1);
    },
  },
});
