// An account of zones at Cloudflare: which zones a credential reaches, and what they hold.
import type { AccountZone, ZoneAccount } from '../contracts/zone-account.ts';
import type { Api } from './api.ts';
import { fromWire } from './records.ts';
import { listRecords, listZones, nameserversOf, type WireZone } from './zones.ts';

export const createZoneAccount = (api: Api): ZoneAccount => ({
  zones: async () => (await listZones(api)).map(fromWireZone).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  records: async (zone) => (await listRecords(api, zone)).map((record) => fromWire(record, record.id)),
});

const fromWireZone = (zone: WireZone): AccountZone => ({
  id: zone.id,
  name: zone.name.toLowerCase(),
  nameservers: nameserversOf(zone),
  delegated: zone.status === 'active',
  account: zone.account ?? { id: '', name: '' },
});
