// Acme as a DNS host: our contract on one side, its wire on the other.
import type { DnsHost, HostedRecord, Nameserver } from '../../../providers/contracts/dns-host.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { Api } from './api.ts';

type WireRecord = { id: string; name: string; type: string; ttl: number; data: string };
type WireZone = { name: string; serial: number; records: WireRecord[] };

export const createDnsHost = (api: Api): DnsHost => ({
  nameservers: () => api.read<Nameserver[]>('GET', '/nameservers'),

  putZone: async ({ name, records }) => {
    const { serial } = await api.write<WireZone>('PUT', zonePath(name), { records: records.map(toWire) });
    return { serial };
  },

  readZone: async (name) => {
    try {
      const zone = await api.read<WireZone>('GET', zonePath(name));
      return { name: zone.name, serial: zone.serial, records: zone.records.map(fromWire) };
    } catch (error) {
      if (error instanceof ProviderFailure && error.failure.kind === 'notFound') return null;
      throw error;
    }
  },

  removeZone: async (name) => {
    await api.write('DELETE', zonePath(name));
  },

  // Acme keeps zones for us alone, and does not ask where their names are delegated to.
  ownersRecords: async () => [],
  recordRule: async () => () => null,
  seenDelegation: async () => null,
});

const zonePath = (name: string) => `/zones/${encodeURIComponent(name)}`;

const toWire = ({ ttlS, ...record }: HostedRecord): WireRecord => ({ ...record, ttl: ttlS });

const fromWire = ({ ttl, ...record }: WireRecord): HostedRecord => ({ ...record, ttlS: ttl });
