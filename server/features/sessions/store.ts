// Every statement on session and person_device.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Role } from '../../http/roles.ts';
import type { LiveSession, Method, Session } from './session.ts';

export const sessionInsert = async (tx: Tx, session: Session, tokenSha256: Buffer): Promise<void> => {
  await tx
    .insertInto('session')
    .values({
      uid: session.uid,
      team_uid: session.teamUid,
      person_uid: session.personUid,
      token_sha256: tokenSha256,
      device_uid: session.deviceUid,
      method: session.method,
      user_agent: session.userAgent,
      created_at: session.createdAt,
      last_seen_at: session.lastSeenAt,
      last_seen_from: session.lastSeenFrom,
      expires_at: session.expiresAt,
    })
    .execute();
};

const openSessions = (db: Db) =>
  db
    .selectFrom('session')
    .where('session.ended_at', 'is', null)
    .select([
      'session.uid',
      'session.team_uid as teamUid',
      'session.person_uid as personUid',
      'session.device_uid as deviceUid',
      'session.method',
      'session.user_agent as userAgent',
      'session.created_at as createdAt',
      'session.last_seen_at as lastSeenAt',
      'session.expires_at as expiresAt',
    ])
    .select(sql<string | null>`host(session.last_seen_from)`.as('lastSeenFrom'));

const toSession = <Row extends { method: string }>(row: Row) => ({ ...row, method: row.method as Method });

/** With the role and the workspaces of the person as they are now. */
export const sessionByToken = async (db: Db, tokenSha256: Buffer): Promise<LiveSession | null> => {
  const row = await openSessions(db)
    .where('session.token_sha256', '=', tokenSha256)
    .innerJoin('person', 'person.uid', 'session.person_uid')
    .innerJoin('team_member as member', (join) =>
      join
        .onRef('member.person_uid', '=', 'session.person_uid')
        .onRef('member.team_uid', '=', 'session.team_uid'),
    )
    .select(['member.role', 'person.operator'])
    .select((select) =>
      select
        .selectFrom('workspace_member as inside')
        .whereRef('inside.person_uid', '=', 'session.person_uid')
        .whereRef('inside.team_uid', '=', 'session.team_uid')
        .select(sql<string[]>`coalesce(array_agg(inside.workspace_uid), '{}')`.as('uids'))
        .$asScalar()
        .$notNull()
        .as('workspaceUids'),
    )
    .select((select) =>
      select
        .selectFrom('workspace')
        .whereRef('workspace.team_uid', '=', 'session.team_uid')
        // Also those that are gone: what happened in them is told of still.
        .where('workspace.admins_only', '=', true)
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('workspace_member as inside')
                .select('inside.person_uid')
                .whereRef('inside.workspace_uid', '=', 'workspace.uid')
                .whereRef('inside.person_uid', '=', 'session.person_uid'),
            ),
          ),
        )
        .select(sql<string[]>`coalesce(array_agg(workspace.uid), '{}')`.as('uids'))
        .$asScalar()
        .$notNull()
        .as('adminsOnlyUids'),
    )
    .executeTakeFirst();
  return row ? { ...toSession(row), role: row.role as Role } : null;
};

/** Newest first. */
export const sessionsOfPerson = async (db: Db, personUid: string): Promise<Session[]> => {
  const rows = await openSessions(db)
    .where('session.person_uid', '=', personUid)
    .orderBy('session.created_at', 'desc')
    .orderBy('session.uid', 'desc')
    .execute();
  return rows.map(toSession);
};

export const sessionSeen = async (db: Db, uid: string, at: Date, from: string | null): Promise<void> => {
  await db
    .updateTable('session')
    .set({ last_seen_at: at, last_seen_from: from })
    .where('uid', '=', uid)
    .execute();
};

/** Answers how many were open. */
export const sessionsEnd = async (
  tx: Tx,
  personUid: string,
  which: { uid: string } | { but: string | null } | { teamUid: string },
  now: Date,
): Promise<number> => {
  const { numUpdatedRows } = await tx
    .updateTable('session')
    .set({ ended_at: now })
    .where('person_uid', '=', personUid)
    .where('ended_at', 'is', null)
    .$if('uid' in which, (query) => query.where('uid', '=', 'uid' in which ? which.uid : ''))
    .$if('teamUid' in which, (query) => query.where('team_uid', '=', 'teamUid' in which ? which.teamUid : ''))
    .$if('but' in which && which.but !== null, (query) =>
      query.where('uid', '<>', 'but' in which ? (which.but ?? '') : ''),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
};

export const sessionSetTeam = async (tx: Tx, uid: string, teamUid: string): Promise<void> => {
  await tx.updateTable('session').set({ team_uid: teamUid }).where('uid', '=', uid).execute();
};

/** The uid of the device by this token, if the person signed in from it before. */
export const deviceKnown = async (db: Db, personUid: string, tokenSha256: Buffer): Promise<string | null> => {
  const row = await db
    .selectFrom('person_device')
    .select('uid')
    .where('person_uid', '=', personUid)
    .where('token_sha256', '=', tokenSha256)
    .executeTakeFirst();
  return row?.uid ?? null;
};

/** Notes that the person signs in from this device; says whether it is new, and whether it is their first at all. */
export const deviceSeen = async (
  tx: Tx,
  personUid: string,
  tokenSha256: Buffer,
  now: Date,
): Promise<{ uid: string; isNew: boolean; isFirst: boolean }> => {
  const first = await tx
    .selectFrom('person_device')
    .select('uid')
    .where('person_uid', '=', personUid)
    .limit(1)
    .executeTakeFirst();
  const fresh = newId();
  const row = await tx
    .insertInto('person_device')
    .values({
      uid: fresh,
      person_uid: personUid,
      token_sha256: tokenSha256,
      created_at: now,
      last_seen_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['person_uid', 'token_sha256']).doUpdateSet({ last_seen_at: now }),
    )
    .returning('uid')
    .executeTakeFirstOrThrow();
  return { uid: row.uid, isNew: row.uid === fresh, isFirst: first === undefined };
};

/** Forgets sessions that are over, and devices not seen since. @returns how many sessions */
export const sessionsForget = async (
  db: Db,
  { idleSince, now, devicesSince }: { idleSince: Date; now: Date; devicesSince: Date },
): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('session')
    .where((where) =>
      where.or([
        where('ended_at', 'is not', null),
        where('expires_at', '<=', now),
        where('last_seen_at', '<=', idleSince),
      ]),
    )
    .executeTakeFirst();
  await db
    .deleteFrom('person_device')
    .where('last_seen_at', '<', devicesSince)
    .where((where) =>
      where.not(
        where.exists(
          where.selectFrom('session').select('uid').whereRef('session.device_uid', '=', 'person_device.uid'),
        ),
      ),
    )
    .execute();
  return Number(numDeletedRows);
};
