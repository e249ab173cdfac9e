// An examination as the API tells it: per record what is expected, seen and to be done, and a word on the whole.
import { z } from 'zod';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { InvalidRdataError } from '../../../protocols/dns/rdata.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { conflictRow } from './conflicts.ts';
import type { DelegationCheck, Examination, RecordCheck } from './examine.ts';
import { conflictShape } from './schema.ts';
import { isWrong, shown as shownData, statuses, worst } from './verdict.ts';

const labels = ['MX', 'SPF', 'DKIM', 'DMARC'] as const;
type Label = (typeof labels)[number];
const purposeOf: Record<Label, string> = { MX: 'mx', SPF: 'spf', DKIM: 'dkim', DMARC: 'dmarc' };

const status = z.enum(statuses);
const lookAgainAt = z.iso
  .datetime()
  .nullable()
  .meta({ description: 'When it is worth looking again; null when nothing is to be waited for' });
const fix = z.string().nullable().meta({ description: 'What to do, in words; null when nothing is' });

const checkShape = z
  .object({
    record_id: z.uuid().nullable(),
    host: z.string(),
    type: z.string(),
    purpose: z.string(),
    expected: z.string().nullable().meta({ description: 'Null for a record that must go' }),
    published: z.array(z.string()),
    status,
    seen: z.array(
      z.object({
        by: z.string(),
        kind: z.enum(['nameserver', 'resolver']),
        status,
        published: z.array(z.string()),
        note: z.string().nullable(),
      }),
    ),
    fix,
    look_again_at: lookAgainAt,
  })
  .meta({ id: 'DnsRecordCheck' });

const delegationShape = z
  .object({
    status,
    expected: z.array(z.string()),
    published: z.array(z.string()).nullable(),
    seen_by: z.string(),
    note: z.string().nullable(),
    fix,
    look_again_at: lookAgainAt,
  })
  .meta({ id: 'DnsDelegationCheck' });

export const healthShape = z
  .object({
    domain: z.string(),
    uid: z.uuid().nullable(),
    status: z.enum(['verified', 'failed']),
    error_message: z.string().nullable(),
    platform: z.string().nullable(),
    cloudflare_checked: z
      .boolean()
      .meta({ description: 'Whether a nameserver of the DNS host could be asked, whoever that is' }),
    overall_health: z.enum(['healthy', 'critical', 'unknown']),
    needs_repair: z.boolean().meta({ description: 'Whether `POST /dns/repair` would change something' }),
    issues: z.int(),
    look_again_at: lookAgainAt,
    records: z.array(
      z.object({
        label: z.enum(labels),
        status,
        fix,
        look_again_at: lookAgainAt,
        checks: z.array(checkShape),
      }),
    ),
    other_records: z.array(checkShape),
    delegation: delegationShape.nullable(),
    conflicts: z
      .array(conflictShape)
      .meta({ description: 'Breaches that a repair leaves alone, because it would have to guess' }),
  })
  .meta({ id: 'DnsHealth' });
export type Health = z.infer<typeof healthShape>;

/** What is answered for a name that could not be looked at. */
export const failedHealth = (domain: string, message: string): Health => ({
  domain,
  uid: null,
  status: 'failed',
  error_message: message,
  platform: null,
  cloudflare_checked: false,
  overall_health: 'unknown',
  needs_repair: false,
  issues: 0,
  look_again_at: null,
  records: [],
  other_records: [],
  delegation: null,
  conflicts: [],
});

export const healthOf = (examination: Examination, platform: Platform | null): Health => {
  const { zone, checks, delegation } = examination;
  const { unmendable } = examination.diagnosis;
  const problems = [...checks.map((check) => check.status), delegation.status];
  const rows = labels.map((label) => labelRow(examination, label));
  const mail = new Set(Object.values(purposeOf));
  const issues = problems.filter((one) => isWrong(one) || one === 'unreachable').length + unmendable.length;
  const unsure =
    worst(problems) === 'pending' ||
    worst(problems) === 'unreachable' ||
    delegation.nameservers === null ||
    !examination.keys;
  return {
    domain: zone.name,
    uid: zone.domainUid,
    status: 'verified',
    error_message: null,
    platform,
    cloudflare_checked: examination.reached,
    overall_health:
      problems.some(isWrong) || unmendable.length > 0 ? 'critical' : unsure ? 'unknown' : 'healthy',
    needs_repair: needsRepair(examination),
    issues,
    look_again_at: earliest([...checks.map((check) => check.lookAgainAt), delegation.lookAgainAt]),
    records: rows,
    other_records: checks
      .filter(({ place }) => !mail.has(place.purpose))
      .map((check) => checkRow(examination, check)),
    delegation: delegationRow(zone.name, delegation),
    conflicts: unmendable.map(conflictRow),
  };
};

/** Whether a repair would change something: in the zone, at the DNS host, or at the registrar. */
export const needsRepair = ({ zone, checks, delegation }: Examination): boolean =>
  zone.publishError !== null ||
  checks.some((check) => isWrong(check.status) && !isLeftOut(check)) ||
  (isWrong(delegation.status) && delegation.changeable);

/** Given way to a record of the zone's owner, who alone can change that. */
const isLeftOut = ({ findings }: RecordCheck): boolean =>
  findings.some(({ leftOut }) => leftOut !== undefined);

const labelRow = (examination: Examination, label: Label): Health['records'][number] => {
  const checks = examination.checks
    .filter(({ place }) => place.purpose === purposeOf[label])
    .map((check) => checkRow(examination, check));
  const unknown = label === 'DKIM' && examination.keys === null;
  const found = worst([...checks.map((check) => check.status), ...(unknown ? ['pending' as const] : [])]);
  const inQuestion = checks.find((check) => check.status === found);
  return {
    label,
    status: found,
    fix: unknown
      ? 'The mailbox host cannot be asked now which keys sign; look again in a minute.'
      : (inQuestion?.fix ?? null),
    look_again_at: inQuestion?.look_again_at ?? null,
    checks,
  };
};

const checkRow = ({ zone }: Examination, check: RecordCheck): z.infer<typeof checkShape> => ({
  record_id: check.record?.uid ?? null,
  host: check.place.host,
  type: check.place.type,
  purpose: check.place.purpose,
  expected: check.expected === null ? null : shownText(check.place.type, check.expected),
  published: check.published,
  status: check.status,
  seen: check.seen,
  fix: fixOf(zone.name, check, zone.publishError),
  look_again_at: check.lookAgainAt?.toISOString() ?? null,
});

const shownText = (type: string, data: string): string => {
  try {
    return shownData(parseRdata(type, data));
  } catch (error) {
    if (error instanceof InvalidRdataError) return data;
    throw error;
  }
};

const REPAIR = 'POST /v1/api/dns/repair does it.';

const fixOf = (zone: string, check: RecordCheck, publishError: string | null): string | null => {
  const { place, findings, expected } = check;
  const name = place.host === '@' ? zone : `${place.host}.${zone}`;
  const record = `the ${place.type} record of ${name}`;
  const wanted = expected === null ? '' : ` with the value: ${shownText(place.type, expected)}`;
  const why = findings.map((finding) => finding.why).join(' ');
  if (isLeftOut(check)) return why;
  const stuck = publishError === null ? '' : ` The DNS host refused the zone: ${publishError}.`;
  switch (check.status) {
    case 'ok':
    case 'not_applicable':
      return null;
    case 'pending':
      return `Nothing but waiting: ${record} is right, and not every server shows it yet.`;
    case 'unreachable':
      return silentOnes(check).join(' ');
    case 'missing':
      return `${why ? `${why} ` : ''}Publish ${record}${wanted}.${stuck} ${REPAIR}`;
    case 'mismatch':
      return `${why ? `${why} ` : ''}Replace what is published by ${record}${wanted}.${stuck} ${REPAIR}`;
    case 'duplicate': {
      const unwanted = [...new Set([...findings.flatMap(({ found }) => found), ...strangersOf(check)])];
      const kept = wanted ? `, and leave ${record}${wanted}` : '';
      return `${why ? `${why} ` : ''}Take away from ${name}: ${unwanted.join(' | ')}${kept}.${stuck} ${REPAIR}`;
    }
  }
};

const silentOnes = ({ seen }: RecordCheck): string[] =>
  seen
    .filter((one) => one.status === 'unreachable')
    .map(({ by, note }) => `${by} ${note}: see that it runs, and that its port 53 is open for UDP and TCP.`);

const strangersOf = ({ published, expected, place }: RecordCheck): string[] => {
  const own = expected === null ? null : shownText(place.type, expected);
  return published.filter((value) => value !== own);
};

const delegationRow = (zone: string, check: DelegationCheck): Health['delegation'] => {
  const wrong = isWrong(check.status);
  const change = `Set the nameservers of ${zone} at its registrar to ${check.expected.join(' and ')}`;
  const now = check.nameservers?.length ? `; now they are ${check.nameservers.join(' and ')}` : '';
  return {
    status: check.status,
    expected: check.expected,
    published: check.nameservers,
    seen_by: check.by,
    note: check.error,
    fix: wrong
      ? `${change}${now}.${check.changeable ? ` ${REPAIR}` : ''}`
      : check.status === 'unreachable'
        ? `Nobody could say where ${zone} is delegated to: ${check.by} ${check.error}. Look again later.`
        : null,
    look_again_at: check.lookAgainAt?.toISOString() ?? null,
  };
};

const earliest = (times: (Date | null)[]): string | null => {
  const known = times.filter((time) => time !== null).map((time) => time.getTime());
  return known.length > 0 ? new Date(Math.min(...known)).toISOString() : null;
};
