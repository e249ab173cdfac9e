// Who writes to whom. Pure. Nobody writes within its own domain; across workspaces only where both agree; and whoever
// has got less than it gave comes first, so that each gets about as much as it gives.
import { oneOf, type Random } from './random.ts';

export type Member = {
  uid: string;
  workspaceUid: string;
  domainName: string;
  /** Whether it also pairs with mailboxes of other workspaces that do. */
  shared: boolean;
};

/** Letters of the last days, those that are planned among them. */
export type Balance = { given: number; taken: number };

export type Recent = {
  balance(uid: string): Balance;
  /** Whether one wrote to the other lately. */
  wrote(fromUid: string, toUid: string): boolean;
};

/** Whether the first may write to the second. */
export const mayPair = (one: Member, other: Member): boolean =>
  one.uid !== other.uid &&
  one.domainName !== other.domainName &&
  (one.workspaceUid === other.workspaceUid || (one.shared && other.shared));

/** The best of so many that chance proposes is nearly as good as the best of all, and does not cost more with thousands. */
const LOOKED_AT = 64;

/**
 * A partner for each of the letters; none for one that has nobody to write to. Partners differ as far as there are
 * enough of them, and a pair rests after a letter as long as there are others.
 */
export const choosePartners = (
  wanted: readonly { member: Member; letters: number }[],
  members: readonly Member[],
  recent: Recent,
  random: Random,
): Map<string, string[]> => {
  const own = Map.groupBy(members, ({ workspaceUid }) => workspaceUid);
  const shared = members.filter((member) => member.shared);
  const balances = new Map<string, Balance>();
  const balanceOf = (uid: string): Balance => {
    const known = balances.get(uid) ?? { ...recent.balance(uid) };
    balances.set(uid, known);
    return known;
  };
  for (const { member, letters } of wanted) balanceOf(member.uid).given += letters;
  const chosen = new Map<string, string[]>(wanted.map(({ member }) => [member.uid, []]));
  // In turns, so that the first in the list does not take all the best partners.
  const most = Math.max(0, ...wanted.map(({ letters }) => letters));
  for (let turn = 0; turn < most; turn += 1) {
    for (const { member, letters } of wanted) {
      if (turn >= letters) continue;
      const partners = chosen.get(member.uid)!;
      const pool = member.shared ? shared : [];
      const candidates = proposed(member, [own.get(member.workspaceUid) ?? [], pool], random);
      const rank = ({ uid }: Member): [number, number, number, number] => [
        partners.filter((partner) => partner === uid).length,
        recent.wrote(member.uid, uid) ? 1 : 0,
        balanceOf(uid).taken - balanceOf(uid).given,
        random(),
      ];
      const best = lowest(candidates, rank);
      if (!best) continue;
      partners.push(best.uid);
      balanceOf(best.uid).taken += 1;
    }
  }
  return chosen;
};

/** All it may write to, or, of many, as many as are worth a look. */
const proposed = (member: Member, pools: readonly (readonly Member[])[], random: Random): Member[] => {
  const sizes = pools.reduce((sum, pool) => sum + pool.length, 0);
  if (sizes <= 2 * LOOKED_AT) {
    return [...new Set(pools.flat())].filter((other) => mayPair(member, other));
  }
  const found = new Set<Member>();
  for (let tries = 0; tries < 4 * LOOKED_AT && found.size < LOOKED_AT; tries += 1) {
    const pool = random() * sizes < pools[0]!.length ? pools[0]! : pools[1]!;
    const other = pool.length > 0 ? oneOf(random, pool) : undefined;
    if (other && mayPair(member, other)) found.add(other);
  }
  return [...found];
};

const lowest = <T>(items: readonly T[], rank: (item: T) => readonly number[]): T | undefined => {
  let best: { item: T; rank: readonly number[] } | undefined;
  for (const item of items) {
    const own = rank(item);
    if (!best || isLower(own, best.rank)) best = { item, rank: own };
  }
  return best?.item;
};

const isLower = (one: readonly number[], other: readonly number[]): boolean => {
  const at = one.findIndex((value, place) => value !== other[place]);
  return at !== -1 && one[at]! < other[at]!;
};

/** How many mailboxes each could write to. */
export const partnersOf = (member: Member, members: readonly Member[]): number =>
  members.filter((other) => mayPair(member, other)).length;
