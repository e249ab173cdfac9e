// Zones in memory for tests that need no database.

import { buildZone, type RecordRow, type Zone } from '../zone.ts';
import { ZoneTable } from '../zone-table.ts';

export function zoneOf(name: string, records: RecordRow[], serial = 1): Zone {
  return buildZone(
    {
      name,
      serial,
      primary_ns: `ns1.${name}`,
      hostmaster: `hostmaster.${name}`,
      refresh_s: 7200,
      retry_s: 3600,
      expire_s: 1_209_600,
      negative_ttl_s: 60,
    },
    records,
  ).zone;
}

export function tableOf(...zones: Zone[]): ZoneTable {
  const table = new ZoneTable();
  for (const zone of zones) table.put(zone);
  return table;
}

export function record(name: string, type: string, data: string, ttlS = 300): RecordRow {
  return { name, type, ttl_s: ttlS, data };
}
