// Finding the messages that SEARCH, SORT and THREAD are about.
import { searchMatches, searchPlan } from '../store/search.ts';
import { searchContents } from './search-content.ts';
import type { ReadSearch } from './search-keys.ts';
import type { Session } from './session.ts';

export type Found = { uid: number; sequence: number; modseq: number };

/** The messages that match, by UID, as far as this client has been told of them: others have no number yet. */
export const foundMessages = async (session: Session, { key, usesModseq }: ReadSearch): Promise<Found[]> => {
  if (usesModseq) session.enableCondstore();
  const { plane, selected: folder } = session;
  const plan = searchPlan(key);
  const rows =
    plan.contentKeys.length > 0
      ? await searchContents(plane.db, folder.id, key, plan)
      : await searchMatches(plane.db, folder.id, key, plan);
  return rows.flatMap(({ uid, modseq }) => {
    const sequence = folder.uids.sequenceOf(uid);
    return sequence > 0 ? [{ uid, sequence, modseq }] : [];
  });
};
