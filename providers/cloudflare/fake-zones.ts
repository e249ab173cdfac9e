// The zones of the fake Cloudflare, and the rules the real one keeps for their records.
import { randomBytes } from 'node:crypto';
import { formatText, joinText, tokenize } from '../../protocols/dns/character-strings.ts';
import type { WireRecord } from './records.ts';
import type { WireZone } from './zones.ts';

export type Answer = { status: number; body?: unknown; html?: string; headers?: Record<string, string> };
type Complaint = { code: number; message: string; error_chain?: Complaint[] };

export const refusal = (status: number, code: number, message: string, chain?: Complaint[]): Answer => ({
  status,
  body: {
    success: false,
    errors: [{ code, message, ...(chain && { error_chain: chain }) }],
    messages: [],
    result: null,
  },
});

const granted = (result: unknown, info?: object): Answer => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result, ...(info && { result_info: info }) },
});

type Zone = Required<WireZone> & { records: WireRecord[] };
export type OwnersRecord = {
  name: string;
  type: string;
  content: string;
  priority?: number;
  ttl?: number;
  proxied?: boolean;
};

export type FakeZones = {
  /** A zone in an account, delegated unless told otherwise, with records its owner put there. */
  add(
    name: string,
    about?: Partial<Pick<WireZone, 'status' | 'account'>> & { records?: OwnersRecord[] },
  ): Zone;
  get(name: string): Zone | undefined;
  remove(name: string): void;
  answer(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
    visible?: readonly string[],
  ): Answer;
};

const id = () => randomBytes(16).toString('hex');
const ACCOUNT = { id: 'a'.repeat(32), name: 'Northpeak' };
const NAMESERVERS = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'];

export const createFakeZones = (): FakeZones => {
  const zones = new Map<string, Zone>();

  const listed = (items: readonly unknown[], query: URLSearchParams, most: number): Answer => {
    const perPage = Number(query.get('per_page') ?? 20);
    const page = Number(query.get('page') ?? 1);
    if (perPage < 5 || perPage > most) return refusal(400, 1003, 'per_page is out of range');
    return granted(items.slice((page - 1) * perPage, page * perPage), {
      page,
      per_page: perPage,
      count: items.length,
      total_count: items.length,
      total_pages: Math.ceil(items.length / perPage),
    });
  };

  const answer: FakeZones['answer'] = (method, path, query, body, visible) => {
    const seen = [...zones.values()].filter(({ name }) => visible === undefined || visible.includes(name));
    if (method === 'GET' && path === '/zones') {
      const name = query.get('name');
      const found = seen.filter((zone) => name === null || zone.name === name);
      return listed(
        found.map(({ records: _, ...zone }) => zone),
        query,
        50,
      );
    }
    const [, zoneId, rest] = /^\/zones\/([^/]+)\/dns_records(\/batch)?$/.exec(path) ?? [];
    const zone = seen.find((one) => one.id === zoneId);
    if (zoneId !== undefined && !zone) {
      return refusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
    }
    if (zone && method === 'GET' && !rest) return listed(zone.records, query, 5_000_000);
    if (zone && method === 'POST' && rest) return batch(zone, body as Batch);
    return refusal(405, 7001, `Method ${method} not available for that URI.`);
  };

  return {
    add: (name, { status = 'active', account = ACCOUNT, records = [] } = {}) => {
      const zone: Zone = {
        id: id(),
        name,
        status,
        account,
        name_servers: [...NAMESERVERS],
        original_name_servers: ['ns1.elsewhere.example', 'ns2.elsewhere.example'],
        records: [],
      };
      zones.set(name, zone);
      const posts = records.map((record) => ({ ttl: 1, ...record }));
      const made = batch(zone, { posts });
      if (made.status !== 200)
        throw new Error(`the fake refuses ${JSON.stringify(records)}: ${JSON.stringify(made.body)}`);
      return zone;
    },
    get: (name) => zones.get(name),
    remove: (name) => zones.delete(name),
    answer,
  };
};

type Entry = Partial<WireRecord> & { name: string; type: string };
type Batch = {
  deletes?: { id: string }[];
  puts?: (Entry & { id: string })[];
  patches?: unknown[];
  posts?: Entry[];
};
class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

/** Deletes, puts, posts, in this order and all or none. */
const batch = (zone: Zone, { deletes = [], puts = [], posts = [] }: Batch): Answer => {
  if (deletes.length + puts.length + posts.length > 200) {
    return refusal(400, 1004, 'DNS Validation Error', [
      { code: 9207, message: 'Too many records in the batch.' },
    ]);
  }
  let records = [...zone.records];
  try {
    for (const gone of deletes) {
      if (!records.some((record) => record.id === gone.id))
        throw new Refused(refusal(404, 81044, 'Record does not exist.'));
      records = records.filter((record) => record.id !== gone.id);
    }
    const changed = puts.map((entry) => {
      if (!records.some((record) => record.id === entry.id))
        throw new Refused(refusal(404, 81044, 'Record does not exist.'));
      const record = checked(zone, entry, entry.id, records);
      records = records.map((one) => (one.id === entry.id ? record : one));
      return record;
    });
    const made = posts.map((entry) => {
      const record = checked(zone, entry, id(), records);
      records.push(record);
      return record;
    });
    zone.records = records;
    return granted({ deletes, patches: [], puts: changed, posts: made });
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
};

const aliasLike = new Set(['A', 'AAAA', 'CNAME']);

const checked = (zone: Zone, entry: Entry, recordId: string, present: WireRecord[]): WireRecord => {
  const invalid = (code: number, message: string) =>
    new Refused(refusal(400, 1004, 'DNS Validation Error', [{ code, message }]));
  const { type, ttl = 1, proxied = false, comment = null, data, priority } = entry;
  const name = entry.name.toLowerCase().replace(/\.$/, '');
  if (name !== zone.name && !name.endsWith(`.${zone.name}`))
    throw invalid(9000, 'DNS name is outside of the zone.');
  if (ttl !== 1 && (ttl < 60 || ttl > 86_400)) {
    throw invalid(9021, 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.');
  }
  if (proxied && !aliasLike.has(type)) throw invalid(9004, 'This record type cannot be proxied.');
  if ((comment?.length ?? 0) > 100) throw invalid(9300, 'DNS record comment exceeds 100 characters.');
  const needsData = type === 'SRV' || type === 'CAA' || type === 'TLSA' || type === 'DS';
  if (needsData && !data) throw invalid(9100, `${type} needs its fields in "data".`);
  if (type === 'MX' && priority === undefined) throw invalid(9005, 'priority is a required field of MX.');
  const content = needsData ? contentOfData(type, data!) : contentOf(type, entry.content ?? '');

  const others = present.filter((record) => record.id !== recordId);
  const atName = others.filter((record) => record.name === name);
  const refuse = (code: number, message: string) => new Refused(refusal(400, code, message));
  if (type === 'CNAME' && atName.some((record) => aliasLike.has(record.type))) {
    throw refuse(81053, 'An A, AAAA, or CNAME record with that host already exists.');
  }
  if (aliasLike.has(type) && atName.some((record) => record.type === 'CNAME')) {
    throw refuse(81054, 'A CNAME record with that host already exists.');
  }
  if (
    atName.some(
      (record) => record.type === type && record.content === content && record.priority === priority,
    )
  ) {
    throw refuse(81058, 'An identical record already exists.');
  }
  return {
    id: recordId,
    name,
    type,
    content,
    ttl: proxied ? 1 : ttl,
    proxied,
    comment,
    ...(priority !== undefined && { priority }),
    ...(type === 'SRV' && { priority: Number(data!.priority) }),
    ...(data && { data }),
  };
};

const contentOf = (type: string, content: string): string => {
  if (type === 'TXT' && content.startsWith('"')) {
    const strings = tokenize(content).map(({ bytes }) => bytes);
    // Strings that are too long are cut; what is not in quotes stays as it is.
    return strings.some((one) => one.length > 255) ? formatText(joinText(strings)) : content;
  }
  return type === 'CNAME' || type === 'MX' || type === 'NS' ? content.replace(/(.)\.$/, '$1') : content;
};

const contentOfData = (type: string, data: Record<string, string | number>): string => {
  switch (type) {
    case 'SRV':
      return `${data.weight} ${data.port} ${String(data.target).replace(/(.)\.$/, '$1')}`;
    case 'CAA':
      return `${data.flags} ${data.tag} "${data.value}"`;
    case 'TLSA':
      return `${data.usage} ${data.selector} ${data.matching_type} ${data.certificate}`;
    default:
      return `${data.key_tag} ${data.algorithm} ${data.digest_type} ${data.digest}`;
  }
};
