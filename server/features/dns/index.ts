// Front door of dns: what zones hold, telling the DNS host, and asking what is really answered.
import { listRecords } from './list.endpoint.ts';

export { askForRecords, type Sighting } from './ask.ts';
export { dnsErrors } from './errors.ts';
export { putManagedRecords } from './managed.ts';
export { publishZone } from './publish.ts';
export { recordsOf, zoneByDomain } from './store.ts';
export { hostedRecord, type NewRecord } from './zone.ts';

export const dnsEndpoints = [listRecords];
