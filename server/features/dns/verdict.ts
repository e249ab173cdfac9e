// From what servers answered to what is said about each record: pure, so that every combination can be tried.

import { joinText } from '../../../protocols/dns/character-strings.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { InvalidRdataError, type RecordData } from '../../../protocols/dns/rdata.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import { isSpf } from '../../../protocols/dns/spf.ts';
import { saying, type View, type ViewKind } from './ask.ts';
import { DKIM, sameKey } from './dkim.ts';
import type { NewRecord } from './zone.ts';

export type Status =
  | 'ok'
  | 'pending'
  | 'missing'
  | 'mismatch'
  | 'duplicate'
  | 'unreachable'
  | 'not_applicable';

/** Worst first. */
export const statuses = [
  'missing',
  'mismatch',
  'duplicate',
  'unreachable',
  'pending',
  'ok',
  'not_applicable',
] as const satisfies readonly Status[];

export const worst = (found: readonly Status[]): Status =>
  statuses.find((status) => found.includes(status)) ?? 'not_applicable';

/** Wrong in itself, not only not yet known to be right. */
export const isWrong = (status: Status): boolean =>
  status === 'missing' || status === 'mismatch' || status === 'duplicate';

/** A record that the zone should have, and all that should be at its name and type. */
export type Expected = Pick<NewRecord, 'purpose' | 'type'> & {
  /** In presentation format. */
  data: string;
  /** Of every record of the set, itself included. */
  set: { purpose: string; data: string }[];
};

export type SeenBy = {
  by: string;
  kind: ViewKind;
  status: Status;
  published: string[];
  note: string | null;
};

/** What one server shows of one record. */
export const seenBy = (expected: Expected, view: View): SeenBy & { ttlS: number | null } => {
  const about = { by: view.server, kind: view.kind, note: view.error ?? view.note };
  if (view.error !== null) return { ...about, status: 'unreachable', published: [], ttlS: null };
  const own = read(expected.type, expected.data);
  const wanted = expected.set.map(({ data }) => read(expected.type, data));
  const kin = view.data.filter(({ data }) => own !== null && isKin(expected, own, data));
  const strangers = kin.filter(({ data }) => !wanted.some((want) => want && says(expected, want, data)));
  const alias = view.alias ? [`CNAME ${view.alias.target}`] : [];
  const isThere = kin.some(({ data }) => own !== null && says(expected, own, data));
  const status: Status = isThere
    ? strangers.length > 0
      ? 'duplicate'
      : 'ok'
    : strangers.length + alias.length > 0
      ? 'mismatch'
      : 'missing';
  const published = isThere
    ? kin.filter(({ data }) => says(expected, own!, data) || strangers.some((one) => one.data === data))
    : strangers;
  const ttls = [...kin.map(({ ttlS }) => ttlS), ...(view.alias ? [view.alias.ttlS] : [])];
  return {
    ...about,
    status,
    published: [...published.map(({ data }) => shown(data)), ...alias],
    ttlS: ttls.length > 0 ? Math.max(...ttls) : view.negativeTtlS,
  };
};

const read = (type: string, data: string): RecordData | null => {
  try {
    return parseRdata(type, data);
  } catch (error) {
    if (error instanceof InvalidRdataError) return null;
    throw error;
  }
};

/** Signing keys are the same when their key is; everything else when it says the same. */
const says = ({ purpose }: Pick<NewRecord, 'purpose'>, a: RecordData, b: RecordData): boolean =>
  saying(a) === saying(b) ||
  (purpose === DKIM &&
    a.type === 'TXT' &&
    b.type === 'TXT' &&
    sameKey(joinText(a.strings), joinText(b.strings)));

/**
 * Whether a record at the same name and type would be taken for this one. Texts of different purposes live side by
 * side at one name; the records of other types are one set.
 */
const isKin = (expected: Expected, own: RecordData, other: RecordData): boolean => {
  if (own.type !== 'TXT' || other.type !== 'TXT') return true;
  const text = joinText(other.strings);
  if (isSpf(joinText(own.strings))) return isSpf(text);
  return expected.purpose === 'custom' ? saying(own) === saying(other) : true;
};

/** As people write it, the priority in front. */
export const shown = (data: RecordData): string => {
  const { value, priority } = toFields(data);
  return priority === undefined ? value : `${priority} ${value}`;
};

export type Times = {
  now: Date;
  /** The zone was changed a moment ago, and the change is on its way to the nameservers. */
  isBeingPublished: boolean;
  /** Nameservers that have an older zone than others (RFC 1034 §4.3.5), and how often they look for a newer one. */
  behind: ReadonlySet<string>;
  refreshS: number;
};

export type Verdict = { status: Status; seen: SeenBy[]; lookAgainAt: Date | null };

const SOON_S = 5;
const UNREACHABLE_S = 60;

/** What all servers together say of one record. */
export const verdictOf = (expected: Expected, views: View[], times: Times): Verdict => {
  const seen = views.map((view) => seenBy(expected, view));
  const in_ = (seconds: number | null) => new Date(times.now.getTime() + (seconds ?? SOON_S) * 1000);
  const longest = (some: typeof seen): number | null =>
    some.reduce<number | null>((most, { ttlS }) => (ttlS === null ? most : Math.max(most ?? 0, ttlS)), null);
  const verdict = (status: Status, lookAgainAt: Date | null): Verdict => ({
    status,
    seen: seen.map(({ ttlS: _, ...rest }) => rest),
    lookAgainAt,
  });

  const nameservers = seen.filter(({ kind }) => kind === 'nameserver');
  const wrong = nameservers.filter(({ status }) => isWrong(status));
  if (wrong.length > 0) {
    if (times.isBeingPublished) return verdict('pending', in_(SOON_S));
    const isOnItsWay =
      wrong.every(({ by }) => times.behind.has(by)) && nameservers.some(({ status }) => status === 'ok');
    if (isOnItsWay) return verdict('pending', in_(times.refreshS));
    // Mended now, resolvers go on with what they were told until its TTL ends.
    return verdict(worst(wrong.map(({ status }) => status)), in_(longest(wrong)));
  }
  if (nameservers.some(({ status }) => status === 'unreachable')) {
    return verdict('unreachable', in_(UNREACHABLE_S));
  }
  const late = seen.filter(({ kind, status }) => kind === 'resolver' && isWrong(status));
  return late.length > 0 ? verdict('pending', in_(longest(late))) : verdict('ok', null);
};
