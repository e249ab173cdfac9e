// What is wrong with what a zone holds, and the smallest change that mends it. Pure: it looks at the zone's records,
// at what the program wants there, and at the keys mail is signed with; what servers answer is another question.
import type { ZoneConflict } from '../../../protocols/dns/zone-conflicts.ts';
import type { HeldDkimKey } from '../../../providers/contracts/mailbox-host.ts';
import { errorsBrought, zoneErrors } from './conflicts.ts';
import { DKIM, dkimRecord, sameKey } from './dkim.ts';
import { isEssential, outrankingExchangers } from './managed.ts';
import { inTheWay, servedByOwner, whatOwnerDoes } from './owners.ts';
import { ownersEdit } from './owners-edit.ts';
import { DEFAULT_TTL_S } from './record-input.ts';
import { joinPolicies } from './spf-join.ts';
import { freshRecord } from './version.ts';
import {
  bareRecord,
  hostedAsItIs,
  isManaged,
  type NewRecord,
  recordKey,
  slotKey,
  type Zone,
  type ZoneRecord,
} from './zone.ts';

export type Problem = 'missing' | 'mismatch' | 'duplicate';

/** One thing that is wrong. */
export type Finding = {
  problem: Problem;
  /** The place: the record that is or should be there. */
  host: string;
  type: string;
  purpose: string;
  /** The record that the mended zone has there; null when it has none. */
  uid: string | null;
  /** What the zone holds now, as people write it. */
  found: string[];
  /** For people: what is wrong, with the rule where there is one. */
  why: string;
  /** What is left out because the zone's owner has something else there, which only the owner can change. */
  leftOut?: NewRecord;
};

export type Diagnosis = {
  /** The zone as it should be. Records that need no change are the very same values. */
  records: ZoneRecord[];
  /** What the program wants there, with the keys of today. */
  managed: NewRecord[];
  findings: Finding[];
  /** Records of the zone's owner that do what the program wants, each with the purpose it serves. */
  served: ZoneRecord[];
  /** Breaches that no rule here can mend without guessing. */
  unmendable: ZoneConflict[];
};

/** @param keys those the mailbox host holds for the domain; null when it could not be asked */
export const diagnose = (
  zone: Pick<Zone, 'name' | 'managed' | 'owners'>,
  current: ZoneRecord[],
  keys: HeldDkimKey[] | null,
  now: Date,
): Diagnosis => {
  const managed = withKeys(zone.managed, keys);
  const work = new Repairs(zone, current, now);
  for (const wanted of Map.groupBy(managed, slotKey).values()) work.fill(wanted);
  work.giveMailBack();
  work.joinPolicies();
  work.endConflicts();
  const { records, findings, served, unmendable } = work;
  return { records, managed, findings, served, unmendable };
};

/** The declaration with the records of the keys that are really held; one just made may not be declared yet. */
const withKeys = (managed: NewRecord[], keys: HeldDkimKey[] | null): NewRecord[] => {
  if (keys === null || keys.length === 0) return managed;
  const declared = managed.filter(({ purpose }) => purpose === DKIM);
  const ttlS = declared[0]?.ttlS ?? DEFAULT_TTL_S;
  const records = keys.flatMap((key) => {
    const record = dkimRecord(key, ttlS);
    const known = declared.find(({ host }) => host === record.host);
    if (key.state === 'waiting' && !known) return [];
    return [known && recordKey(known) === recordKey(record) ? known : record];
  });
  return [...managed.filter(({ purpose }) => purpose !== DKIM), ...records];
};

/** A zone under repair: each method mends one kind of damage and writes down what it found. */
class Repairs {
  readonly #zone: string;
  readonly #whole: Pick<Zone, 'name' | 'owners'>;
  readonly #now: Date;
  records: ZoneRecord[];
  readonly findings: Finding[] = [];
  readonly served: ZoneRecord[] = [];
  unmendable: ZoneConflict[] = [];

  constructor(zone: Pick<Zone, 'name' | 'owners'>, current: ZoneRecord[], now: Date) {
    this.#zone = zone.name;
    this.#whole = zone;
    this.#now = now;
    this.records = current;
  }

  /** Makes one place hold what it should; what its owner wrote there with open eyes stays if it does its work. */
  fill(wanted: NewRecord[]): void {
    const slot = slotKey(wanted[0]!);
    let unmet = wanted.filter((want) => !this.records.some((record) => serves(record, want)));
    const loose = this.records.filter(
      (record) =>
        isManaged(record) && slotKey(record) === slot && !wanted.some((want) => serves(record, want)),
    );
    for (const record of loose) {
      const want = unmet[0];
      const edit = want && record.editedAt ? ownersEdit(record, want) : null;
      if (edit === 'serves') unmet = unmet.slice(1);
      else if (want) {
        const mended = edit ? { ...record, ...edit.record } : this.#restored(record, want);
        const why = edit?.why ?? 'It is not what the program put there.';
        this.#change(record, mended, 'mismatch', why);
        unmet = unmet.slice(1);
      } else this.#remove(record, 'duplicate', 'The program wants no such record there.', wanted[0]!);
    }
    for (const want of unmet) if (!this.#leaveToOwner(want)) this.#add(want);
  }

  /** Whether the owner of the zone has something at the place, the same or something else, that ours gives way to. */
  #leaveToOwner(want: NewRecord): boolean {
    const served = servedByOwner(this.#whole, want);
    if (served) this.served.push({ ...served, purpose: want.purpose });
    const theirs = inTheWay(this.#whole, want);
    if (theirs.length > 0 && isEssential(want)) {
      const { host, type, purpose } = want;
      const why = `${whatOwnerDoes(this.#whole, want, theirs)}.`;
      const found = theirs.map(shownValue);
      this.findings.push({ problem: 'mismatch', host, type, purpose, uid: null, found, why, leftOut: want });
    }
    return served !== undefined || theirs.length > 0;
  }

  /** Takes exchangers out that mail would go to instead of the domain's own mail host. */
  giveMailBack(): void {
    for (const record of outrankingExchangers(this.records)) {
      const why = `Mail would go to ${record.value} instead of the mailboxes (RFC 5321 §5.1).`;
      this.#remove(
        record,
        'duplicate',
        why,
        this.records.find(({ purpose }) => purpose === 'mx'),
      );
    }
  }

  /** Makes one SPF record of several, so that everybody who could send still can. */
  joinPolicies(): void {
    for (const { keeper, joined, others } of joinPolicies(this.records)) {
      const why = 'There were several SPF records, which receivers answer with permerror (RFC 7208 §4.5).';
      for (const other of others) this.#remove(other, 'duplicate', why, keeper);
      if (joined === keeper.value) continue;
      const editedAt = isManaged(keeper) ? this.#now : keeper.editedAt;
      this.#swap(keeper, { ...keeper, value: joined, editedAt });
    }
  }

  /** Takes the owner's records out that break a rule: the newest first, and only as many as it needs. */
  endConflicts(): void {
    for (;;) {
      const known = new Set(this.unmendable.map(keyOf));
      const error = zoneErrors(this.#zone, this.records).find((one) => !known.has(keyOf(one)));
      if (!error) return;
      const culprit = this.#culpritOf(error);
      if (culprit) {
        const why = `${error.message} (${error.rule}).`;
        this.#remove(culprit, 'duplicate', why, this.#neighbourOf(culprit));
      } else this.unmendable.push(error);
    }
  }

  #culpritOf(error: ZoneConflict): ZoneRecord | undefined {
    const candidates = this.records
      .filter((record) => !isManaged(record) && hostedAsItIs(this.#zone, record).name === error.name)
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.uid < b.uid ? 1 : -1));
    const cures = (record: ZoneRecord) =>
      !zoneErrors(
        this.#zone,
        this.records.filter((other) => other !== record),
      ).some((one) => keyOf(one) === keyOf(error));
    const ofType = candidates.filter(({ type }) => type === error.type);
    return candidates.find(cures) ?? ofType[0] ?? candidates[0];
  }

  /** A record that stays at the place of one that goes. */
  #neighbourOf(gone: ZoneRecord): ZoneRecord | undefined {
    const there = this.records.filter((record) => record !== gone && record.host === gone.host);
    return there.find(isManaged) ?? there[0];
  }

  #add(want: NewRecord): void {
    const record = freshRecord(want, this.#now);
    const next = [...this.records, record];
    // What only makes life easier gives way to the owner's own record at its place.
    if (!isEssential(want) && errorsBrought(this.#whole, this.records, next).length > 0) return;
    this.records = next;
    this.#find('missing', record, [], 'The zone does not have it.');
  }

  #restored(record: ZoneRecord, want: NewRecord): ZoneRecord {
    return { ...record, ...bareRecord(want), editedAt: null };
  }

  #change(before: ZoneRecord, after: ZoneRecord, problem: Problem, why: string): void {
    this.#swap(before, after);
    this.#find(problem, after, [shownValue(before)], why);
  }

  #swap(before: ZoneRecord, after: ZoneRecord): void {
    this.records = this.records.map((record) => (record.uid === before.uid ? after : record));
  }

  #remove(
    record: ZoneRecord,
    problem: Problem,
    why: string,
    place: ZoneRecord | NewRecord | undefined,
  ): void {
    this.records = this.records.filter(({ uid }) => uid !== record.uid);
    this.#find(problem, place ?? { ...bareRecord(record) }, [shownValue(record)], why);
  }

  #find(problem: Problem, place: ZoneRecord | NewRecord, found: string[], why: string): void {
    const { host, type, purpose } = place;
    const uid = 'uid' in place ? place.uid : null;
    this.findings.push({ problem, host, type, purpose, uid, found, why });
  }
}

const keyOf = ({ code, name, type }: ZoneConflict): string => `${code} ${name} ${type}`;

/** Whether a record does what is wanted, whoever put it there and however it is written. */
const serves = (record: ZoneRecord, want: NewRecord): boolean =>
  recordKey(record) === recordKey(want) ||
  (want.purpose === DKIM &&
    record.host === want.host &&
    record.type === want.type &&
    sameKey(record.value, want.value));

/** The value as people write it, the priority in front. */
export const shownValue = ({ value, priority }: Pick<NewRecord, 'value' | 'priority'>): string =>
  priority === null ? value : `${priority} ${value}`;
