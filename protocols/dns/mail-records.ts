// The DNS records that make a domain send and receive mail through this installation.

import { formatText } from './character-strings.ts';
import { toName } from './names.ts';
import { formatRdata } from './presentation.ts';
import type { RecordData, ZoneRecord } from './rdata.ts';
import { MAX_SPF_LOOKUPS } from './spf.ts';

export type MailRecordPurpose =
  | 'mx'
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'autoconfig'
  | 'autodiscover'
  | 'imaps'
  | 'submissions'
  | 'submission';

/** A record of `mailRecords`; `name` is fully qualified, `data` in presentation format. */
export type MailRecord = ZoneRecord & { purpose: MailRecordPurpose };

export type DkimPublicKey = {
  selector: string;
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** SubjectPublicKeyInfo (RFC 5280 §4.1) in DER, as bytes or base64. */
  publicKeyDer: Uint8Array | string;
};

export type SpfPolicy = {
  /** Domains whose SPF records may send too. */
  include?: readonly string[];
  /** Addresses or networks in CIDR form. */
  ip4?: readonly string[];
  ip6?: readonly string[];
  /** Whether the domain's own MX hosts may send. Default true. */
  mx?: boolean;
  /** What receivers do with everyone else: `softfail` (~all, the default) or `fail` (-all). */
  others?: 'softfail' | 'fail';
};

export type DmarcPolicy = {
  policy: 'none' | 'quarantine' | 'reject';
  subdomainPolicy?: 'none' | 'quarantine' | 'reject';
  /** Mail addresses that get the aggregate reports. */
  rua?: readonly string[];
};

export type MailRecordsInput = {
  domain: string;
  /** The host that receives mail and serves IMAP and submission. */
  mailHost: string;
  mxPreference?: number;
  spf?: SpfPolicy;
  dkim: readonly DkimPublicKey[];
  dmarc: DmarcPolicy;
  /** The host that answers client configuration requests; default `mailHost`. */
  autoconfigHost?: string;
  /** Ports told to mail clients. */
  imapsPort?: number;
  submissionsPort?: number;
  submissionPort?: number;
  autodiscoverPort?: number;
  ttlS?: number;
};

const DEFAULT_TTL_S = 3600;

/**
 * All mail records of a domain.
 *
 * @throws RangeError when a key is not what its algorithm says or SPF would need too many look-ups;
 *   InvalidNameError for a bad name
 */
export function mailRecords(input: MailRecordsInput): MailRecord[] {
  const domain = toName(input.domain);
  const mailHost = toName(input.mailHost);
  const configHost = toName(input.autoconfigHost ?? input.mailHost);
  const record = (purpose: MailRecordPurpose, host: string, type: string, data: string): MailRecord => ({
    purpose,
    name: host === '' ? domain : toName(`${host}.${domain}`),
    type,
    ttlS: input.ttlS ?? DEFAULT_TTL_S,
    data,
  });
  const text = (purpose: MailRecordPurpose, host: string, value: string) =>
    record(purpose, host, 'TXT', formatText(value));
  const structured = (purpose: MailRecordPurpose, host: string, data: RecordData) =>
    record(purpose, host, data.type, formatRdata(data));
  const service = (
    purpose: MailRecordPurpose,
    label: string,
    priority: number,
    port: number,
    target: string,
  ) => structured(purpose, `${label}._tcp`, { type: 'SRV', priority, weight: 1, port, target });

  return [
    structured('mx', '', { type: 'MX', preference: input.mxPreference ?? 10, exchange: mailHost }),
    text('spf', '', spfText(input.spf ?? {})),
    ...input.dkim.map((key) => text('dkim', `${key.selector}._domainkey`, dkimText(key))),
    text('dmarc', '_dmarc', dmarcText(input.dmarc)),
    structured('autoconfig', 'autoconfig', { type: 'CNAME', target: configHost }),
    structured('autodiscover', 'autodiscover', { type: 'CNAME', target: configHost }),
    service('autodiscover', '_autodiscover', 0, input.autodiscoverPort ?? 443, configHost),
    service('imaps', '_imaps', 0, input.imapsPort ?? 993, mailHost),
    // RFC 8314 §5.1: implicit TLS comes first, by the lower priority.
    service('submissions', '_submissions', 0, input.submissionsPort ?? 465, mailHost),
    service('submission', '_submission', 10, input.submissionPort ?? 587, mailHost),
  ];
}

/** An SPF record's text (RFC 7208 §4.5 and §5). @throws RangeError beyond ten look-ups */
export function spfText(spf: SpfPolicy): string {
  const mx = spf.mx ?? true;
  const include = (spf.include ?? []).map((domain) => `include:${toName(domain)}`);
  const lookups = include.length + (mx ? 1 : 0);
  if (lookups > MAX_SPF_LOOKUPS) {
    throw new RangeError(
      `SPF needs ${lookups} look-ups, receivers make ${MAX_SPF_LOOKUPS} (RFC 7208 §4.6.4)`,
    );
  }
  return [
    'v=spf1',
    ...(mx ? ['mx'] : []),
    ...(spf.ip4 ?? []).map((network) => `ip4:${network}`),
    ...(spf.ip6 ?? []).map((network) => `ip6:${network}`),
    ...include,
    spf.others === 'fail' ? '-all' : '~all',
  ].join(' ');
}

/** A DKIM key record's text (RFC 6376 §3.6.1; RFC 8463 §4 for Ed25519). @throws RangeError for a wrong key */
export function dkimText(key: DkimPublicKey): string {
  const der =
    typeof key.publicKeyDer === 'string'
      ? Buffer.from(key.publicKeyDer, 'base64')
      : Buffer.from(key.publicKeyDer);
  if (key.algorithm === 'rsa-sha256') {
    if (!der.includes(RSA_ENCRYPTION_OID)) throw wrongKey(key);
    return `v=DKIM1; k=rsa; p=${der.toString('base64')}`;
  }
  // Ed25519 publishes the 32 bytes of the key alone, without the frame (RFC 8463 §4.2).
  if (
    der.length !== ED25519_SPKI_BYTES ||
    !der.subarray(0, ED25519_SPKI_HEAD.length).equals(ED25519_SPKI_HEAD)
  ) {
    throw wrongKey(key);
  }
  return `v=DKIM1; k=ed25519; p=${der.subarray(ED25519_SPKI_HEAD.length).toString('base64')}`;
}

/** 1.2.840.113549.1.1.1 in DER (RFC 8017 A.1). */
const RSA_ENCRYPTION_OID = Buffer.from('06092a864886f70d010101', 'hex');
/** Everything before the key in an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
const ED25519_SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_SPKI_BYTES = 44;

function wrongKey(key: DkimPublicKey): RangeError {
  return new RangeError(`The DKIM key of selector ${key.selector} is not a public key for ${key.algorithm}`);
}

/** Whether a text is meant as a DMARC record (RFC 7489 §6.4). */
export const isDmarc = (text: string): boolean => /^v=DMARC1\s*(?:;|$)/.test(text);

/** A DMARC record's text (RFC 7489 §6.3). */
export function dmarcText(dmarc: DmarcPolicy): string {
  // RFC 7489 §6.2: "," and "!" separate inside of the list, so an address must not hold them bare.
  const uri = (address: string) => `mailto:${address.replaceAll('!', '%21').replaceAll(',', '%2C')}`;
  return [
    'v=DMARC1',
    `p=${dmarc.policy}`,
    ...(dmarc.subdomainPolicy ? [`sp=${dmarc.subdomainPolicy}`] : []),
    ...(dmarc.rua?.length ? [`rua=${dmarc.rua.map(uri).join(',')}`] : []),
  ].join('; ');
}
