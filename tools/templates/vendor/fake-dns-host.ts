// The routes of the fake Acme that keep zones.
import { findZoneConflicts } from '../../../protocols/dns/zone-conflicts.ts';
import { type Route, refusal } from './fake.ts';

type Record = { id: string; name: string; type: string; ttl: number; data: string };

export const dnsHostRoutes = (): Route[] => {
  const zones = new Map<string, { serial: number; records: Record[] }>();
  let lastSerial = 0;

  /** What Acme says about records it does not take, or null. */
  const complaint = (zone: string, records: readonly Record[]): string | null => {
    const own = records.find(({ name, type }) => name === zone && type === 'NS');
    if (own) return `${own.type} records of ${zone} are set by Acme`;
    const conflicts = findZoneConflicts(
      zone,
      records.map(({ ttl, ...record }) => ({ ...record, ttlS: ttl })),
    );
    return conflicts.find(({ severity }) => severity === 'error')?.message ?? null;
  };

  return [
    {
      method: 'GET',
      path: /^\/nameservers$/,
      changes: false,
      answer: () => ({ status: 200, body: [{ name: 'ns1.acme.example' }, { name: 'ns2.acme.example' }] }),
    },
    {
      method: 'PUT',
      path: /^\/zones\/([^/]+)$/,
      changes: true,
      answer: ({ parts: [name = ''], body }) => {
        const records = (body as { records: Record[] }).records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        const problem = complaint(name, records);
        if (problem !== null) return refusal(422, 'bad_records', problem);
        const before = zones.get(name);
        const same = before !== undefined && JSON.stringify(before.records) === JSON.stringify(records);
        const serial = same ? before.serial : ++lastSerial;
        zones.set(name, { serial, records });
        return { status: 200, body: { name, serial, records } };
      },
    },
    {
      method: 'GET',
      path: /^\/zones\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [name = ''] }) => {
        const zone = zones.get(name);
        return zone
          ? { status: 200, body: { name, ...zone } }
          : refusal(404, 'unknown_zone', `No zone ${name}`);
      },
    },
    {
      method: 'DELETE',
      path: /^\/zones\/([^/]+)$/,
      changes: true,
      answer: ({ parts: [name = ''] }) => {
        zones.delete(name);
        return { status: 204 };
      },
    },
  ];
};
