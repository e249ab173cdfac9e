// Records in our form and in Cloudflare's, which has fields of its own for some types, and leaves the dot off names.
import { formatText } from '../../protocols/dns/character-strings.ts';
import { toAbsolute } from '../../protocols/dns/names.ts';
import { formatRdata, parseRdata } from '../../protocols/dns/presentation.ts';
import { InvalidRdataError } from '../../protocols/dns/rdata.ts';
import type { HostedRecord } from '../contracts/dns-host.ts';
import { rejected } from '../contracts/failure.ts';

/** A record as Cloudflare takes it. */
export type WireContent = {
  name: string;
  type: string;
  ttl: number;
  content?: string;
  priority?: number;
  data?: Record<string, string | number>;
};

/** A record as Cloudflare gives it. */
export type WireRecord = WireContent & {
  id: string;
  content: string;
  proxied?: boolean;
  comment?: string | null;
};

/** What Cloudflare calls "automatic"; it serves 300 then. */
const AUTOMATIC_TTL = 1;
const AUTOMATIC_TTL_S = 300;
const LEAST_TTL_S = 60;
const MOST_TTL_S = 86_400;

/** @throws ProviderFailure `rejected` for what Cloudflare does not take */
export const toWire = ({ name, type, ttlS, data }: HostedRecord): WireContent => {
  if (ttlS < LEAST_TTL_S || ttlS > MOST_TTL_S) {
    throw rejected(
      `Cloudflare takes TTLs from ${LEAST_TTL_S} to ${MOST_TTL_S} seconds; the ${type} record of ${name} has ${ttlS}.`,
      'invalid_ttl',
    );
  }
  return { name, type, ttl: ttlS, ...contentOf(name, type, data) };
};

const contentOf = (name: string, type: string, text: string): Omit<WireContent, 'name' | 'type' | 'ttl'> => {
  const data = parseRdata(type, text);
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return { content: data.address };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { content: data.target };
    case 'MX':
      return { content: data.exchange, priority: data.preference };
    case 'TXT':
      return { content: formatRdata(data) };
    case 'SRV': {
      const { priority, weight, port, target } = data;
      return { data: { priority, weight, port, target } };
    }
    case 'CAA':
      return { data: { flags: data.flags, tag: data.tag, value: data.value } };
    case 'TLSA':
      return {
        data: {
          usage: data.usage,
          selector: data.selector,
          matching_type: data.matchingType,
          certificate: hex(data.certificate),
        },
      };
    case 'DS':
      return {
        data: {
          key_tag: data.keyTag,
          algorithm: data.algorithm,
          digest_type: data.digestType,
          digest: hex(data.digest),
        },
      };
    default:
      throw rejected(
        `The ${type} record of ${name} is in the generic form of RFC 3597, which Cloudflare does not take.`,
        'type_not_taken',
      );
  }
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What cannot be read keeps Cloudflare's text. */
export const fromWire = (record: WireRecord, id: string): HostedRecord => ({
  id,
  name: record.name.toLowerCase(),
  type: record.type,
  ttlS: record.ttl === AUTOMATIC_TTL ? AUTOMATIC_TTL_S : record.ttl,
  data: canonical(record.type, textOf(record)),
});

const textOf = ({ type, content, priority, data }: WireRecord): string => {
  switch (type) {
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return toAbsoluteOrSame(content);
    case 'MX':
      return `${priority ?? 0} ${toAbsoluteOrSame(content)}`;
    case 'SRV':
      return data
        ? `${data.priority} ${data.weight} ${data.port} ${toAbsoluteOrSame(String(data.target))}`
        : `${priority ?? 0} ${content}`;
    case 'CAA':
      return data ? `${data.flags} ${data.tag} ${JSON.stringify(data.value)}` : content;
    // Until 2024 texts were kept without quotes, and such records are still given back so.
    case 'TXT':
      return content.startsWith('"') ? content : formatText(content);
    default:
      return content;
  }
};

const toAbsoluteOrSame = (name: string): string =>
  name === '.' ? name : toAbsolute(name.replace(/\.$/, ''));

const canonical = (type: string, text: string): string => {
  try {
    return formatRdata(parseRdata(type, text));
  } catch (error) {
    if (error instanceof InvalidRdataError) return text;
    throw error;
  }
};

/**
 * Our mark in the comment of a record: who put it there, and which of our records it is. It is what tells our records
 * from those of the zone's owner, and from those of another installation that shares the zone. 100 characters fit.
 */
export const markOf = (tenant: string, recordId: string): string => `inboxkit ${tenant} ${recordId}`;

/** Our id of a record; null for one that is not ours. */
export const idOf = (tenant: string, { comment }: Pick<WireRecord, 'comment'>): string | null => {
  const ours = `inboxkit ${tenant} `;
  return comment?.startsWith(ours) ? comment.slice(ours.length) : null;
};
