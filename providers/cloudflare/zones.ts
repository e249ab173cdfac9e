// Zones of an account and what is in them, as Cloudflare lists them.
import type { Api } from './api.ts';
import type { WireRecord } from './records.ts';

export type WireZone = {
  id: string;
  name: string;
  /** `active` once Cloudflare has seen the registrar send the world to its nameservers. */
  status: 'active' | 'pending' | 'initializing' | 'moved' | 'deleted' | 'deactivated';
  name_servers?: string[];
  original_name_servers?: string[] | null;
  account?: { id: string; name: string };
};

const ZONES_PER_PAGE = 50;
const RECORDS_PER_PAGE = 1_000;

export const listZones = (api: Api): Promise<WireZone[]> =>
  api.readAll<WireZone>('/zones?order=name', ZONES_PER_PAGE);

export const findZone = async (api: Api, name: string): Promise<WireZone | null> => {
  const zones = await api.read<WireZone[]>(`/zones?name=${encodeURIComponent(name)}`);
  // The same name can wait in several accounts; only one of them is the one that answers.
  return zones.find(({ status }) => status === 'active') ?? zones[0] ?? null;
};

/** Without what is Cloudflare's own: the NS records of the apex. */
export const listRecords = async (
  api: Api,
  { id, name }: Pick<WireZone, 'id' | 'name'>,
): Promise<WireRecord[]> => {
  const records = await api.readAll<WireRecord>(`/zones/${id}/dns_records`, RECORDS_PER_PAGE);
  return records.filter((record) => record.type !== 'SOA' && !(record.type === 'NS' && record.name === name));
};

export const nameserversOf = ({ name_servers }: Pick<WireZone, 'name_servers'>): string[] =>
  (name_servers ?? []).map((name) => name.toLowerCase().replace(/\.$/, '')).toSorted();
