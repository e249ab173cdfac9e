// Several SPF records at one host, which no receiver accepts, as one.
import { isSpf, joinSpf, MAX_SPF_LOOKUPS, spfLookups } from '../../../protocols/dns/spf.ts';
import { isManaged, type ZoneRecord } from './zone.ts';

export type JoinedPolicy = { keeper: ZoneRecord; joined: string; others: ZoneRecord[] };

/**
 * For each host with several: the record that stays (the program's, else the oldest), its text with what the others
 * allowed, and the others. A text that would cost receivers too many look-ups stays as it was.
 */
export const joinPolicies = (records: ZoneRecord[]): JoinedPolicy[] => {
  const policies = records.filter(({ type, value }) => type === 'TXT' && isSpf(value));
  return [...Map.groupBy(policies, ({ host }) => host).values()].flatMap((set) => {
    const keeper = set.find(isManaged) ?? set[0]!;
    const others = set.filter((record) => record !== keeper);
    if (others.length === 0) return [];
    const joined = others.reduce((text, { value }) => joinSpf(text, value), keeper.value);
    return [{ keeper, joined: spfLookups(joined) <= MAX_SPF_LOOKUPS ? joined : keeper.value, others }];
  });
};
