// The workflow `dns.repair`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { makeZone, timesOfEvent } from '../../testing/zone-world.ts';
import { unseenRecords } from './prove.ts';
import { repair } from './repair.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('dns.repair', {
  database: api.database,
  definition: repair,
  context: () => api.installation.context,
  async setup({ db, providers }) {
    const zone = await makeZone(api.installation);
    const nameservers = (await providers.dnsHost().nameservers('northpeak.com')).map(({ name }) => name);
    await providers.registrar().setNameservers(zone.name, ['ns1.elsewhere.example']);
    await db.deleteFrom('published.zone').where('name', '=', zone.name).execute();
    return { zone, nameservers, input: { domainUid: zone.domainUid, nameservers } };
  },
  check: {
    async succeeded({ zone, nameservers }, _value, context) {
      const registration = await context.providers.registrar().findRegistration({ name: zone.name });
      expect(registration?.nameservers).toEqual(nameservers);
      expect(await unseenRecords(api.installation.context, zone)).toEqual([]);
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.repaired')).toBe(1);
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.repair_failed')).toBe(0);
    },
    async failed({ zone }) {
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.repaired')).toBe(0);
      expect(await timesOfEvent(api.installation, zone.domainUid, 'dns.repair_failed')).toBe(1);
    },
  },
});
