// Every statement on consent_evidence: the pages a request saw.
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { PageSeen } from '../../../providers/contracts/consent-flow.ts';

export const evidenceInsert = async (
  db: Db,
  requestUid: string,
  attempt: number,
  page: PageSeen,
  now: Date,
): Promise<void> => {
  await db
    .insertInto('consent_evidence')
    .values({
      uid: newId(),
      request_uid: requestUid,
      attempt,
      step: page.step,
      url: page.url,
      title: page.title,
      screenshot: page.screenshot,
      seen_at: now,
    })
    .execute();
};

export const evidenceOf = (db: Db, requestUid: string) =>
  db
    .selectFrom('consent_evidence')
    .select(['uid', 'attempt', 'step', 'url', 'title', 'seen_at'])
    .select((eb) => eb('screenshot', 'is not', null).as('has_screenshot'))
    .where('request_uid', '=', requestUid)
    .orderBy('seen_at')
    .orderBy('uid')
    .execute();

export const screenshotFind = async (db: Db, workspaceUid: string, uid: string): Promise<Buffer | null> => {
  const row = await db
    .selectFrom('consent_evidence as seen')
    .innerJoin('consent_request as request', 'request.uid', 'seen.request_uid')
    .select('seen.screenshot')
    .where('seen.uid', '=', uid)
    .where('request.workspace_uid', '=', workspaceUid)
    .executeTakeFirst();
  return row?.screenshot ?? null;
};

/** Answers how many it forgot. */
export const evidenceForget = async (db: Db, before: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('consent_evidence')
    .where('seen_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
