// Every statement on person, team_member and workspace_member.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Page } from '../../http/paging.ts';
import { pageOffset } from '../../http/paging.ts';
import type { Role } from '../../http/roles.ts';
import type { Member, Person } from './person.ts';

const persons = (db: Db) =>
  db.selectFrom('person').select(['uid', 'email', 'name', 'operator', 'password_hash as passwordHash']);

export const personByEmail = async (db: Db, email: string): Promise<Person | null> =>
  (await persons(db).where('email', '=', email).executeTakeFirst()) ?? null;

export const personByUid = async (db: Db, uid: string): Promise<Person | null> =>
  (await persons(db).where('uid', '=', uid).executeTakeFirst()) ?? null;

/** Answers false when somebody has the address already. */
export const personInsert = async (tx: Tx, person: Person, now: Date): Promise<boolean> => {
  const row = await tx
    .insertInto('person')
    .values({
      uid: person.uid,
      email: person.email,
      name: person.name,
      password_hash: person.passwordHash,
      password_changed_at: now,
      operator: person.operator,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const personUpdate = async (
  tx: Tx,
  uid: string,
  set: { name?: string; operator?: boolean },
): Promise<void> => {
  if (Object.values(set).every((value) => value === undefined)) return;
  await tx.updateTable('person').set(set).where('uid', '=', uid).execute();
};

export const personSetPassword = async (
  tx: Tx,
  uid: string,
  passwordHash: string,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('person')
    .set({ password_hash: passwordHash, password_changed_at: now })
    .where('uid', '=', uid)
    .execute();
};

/** Answers false when somebody has the address. */
export const personSetEmail = async (tx: Tx, uid: string, email: string): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('person')
    .set({ email })
    .where('uid', '=', uid)
    .where((where) =>
      where.not(
        where.exists(where.selectFrom('person as other').select('uid').where('other.email', '=', email)),
      ),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

const members = (db: Db, teamUid: string) =>
  db
    .selectFrom('team_member as member')
    .innerJoin('person', 'person.uid', 'member.person_uid')
    .where('member.team_uid', '=', teamUid)
    .select([
      'person.uid',
      'person.email',
      'person.name',
      'person.operator',
      'member.team_uid as teamUid',
      'member.role',
      'member.created_at as createdAt',
    ])
    .select((select) =>
      select
        .selectFrom('workspace_member as inside')
        .innerJoin('workspace', 'workspace.uid', 'inside.workspace_uid')
        .whereRef('inside.team_uid', '=', 'member.team_uid')
        .whereRef('inside.person_uid', '=', 'member.person_uid')
        .where('workspace.deleted_at', 'is', null)
        .select(
          sql<string[]>`coalesce(array_agg(inside.workspace_uid order by inside.created_at), '{}')`.as(
            'uids',
          ),
        )
        .$asScalar()
        .$notNull()
        .as('workspaceUids'),
    );

const toMember = <Row extends { role: string }>(row: Row) => ({ ...row, role: row.role as Role });

export const memberByUid = async (db: Db, teamUid: string, uid: string): Promise<Member | null> => {
  const row = await members(db, teamUid).where('person.uid', '=', uid).executeTakeFirst();
  return row ? toMember(row) : null;
};

export const memberByEmail = async (db: Db, teamUid: string, email: string): Promise<Member | null> => {
  const row = await members(db, teamUid).where('person.email', '=', email).executeTakeFirst();
  return row ? toMember(row) : null;
};

/** In the order they joined. */
export const memberList = async (
  db: Db,
  teamUid: string,
  page: Page,
): Promise<{ members: Member[]; total: number }> => {
  const rows = await members(db, teamUid)
    .orderBy('member.created_at')
    .orderBy('person.uid')
    .limit(page.limit)
    .offset(pageOffset(page))
    .execute();
  const { total } = await db
    .selectFrom('team_member')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
  return { members: rows.map(toMember), total };
};

/** The teams a person is in, in the order they joined them. */
export const teamsOfPerson = async (
  db: Db,
  personUid: string,
): Promise<{ uid: string; name: string; role: Role }[]> => {
  const rows = await db
    .selectFrom('team_member as member')
    .innerJoin('team', 'team.uid', 'member.team_uid')
    .where('member.person_uid', '=', personUid)
    .select(['team.uid', 'team.name', 'member.role'])
    .orderBy('member.created_at')
    .orderBy('team.uid')
    .execute();
  return rows.map(toMember);
};

/** Answers false when they are in the team already. */
export const memberInsert = async (
  tx: Tx,
  member: { teamUid: string; personUid: string; role: Role },
  now: Date,
): Promise<boolean> => {
  const row = await tx
    .insertInto('team_member')
    .values({ team_uid: member.teamUid, person_uid: member.personUid, role: member.role, created_at: now })
    .onConflict((conflict) => conflict.columns(['team_uid', 'person_uid']).doNothing())
    .returning('person_uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const memberSetRole = async (
  tx: Tx,
  { uid, teamUid }: Pick<Member, 'uid' | 'teamUid'>,
  role: Role,
): Promise<void> => {
  await tx
    .updateTable('team_member')
    .set({ role })
    .where('team_uid', '=', teamUid)
    .where('person_uid', '=', uid)
    .execute();
};

/** Takes the person's memberships of workspaces and sessions in the team along. */
export const memberDelete = async (
  tx: Tx,
  { uid, teamUid }: Pick<Member, 'uid' | 'teamUid'>,
): Promise<void> => {
  await tx.deleteFrom('team_member').where('team_uid', '=', teamUid).where('person_uid', '=', uid).execute();
};

export const ownerCount = async (tx: Tx, teamUid: string): Promise<number> => {
  const { count } = await tx
    .selectFrom('team_member')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('team_uid', '=', teamUid)
    .where('role', '=', 'owner')
    .executeTakeFirstOrThrow();
  return count;
};

/** Answers whether anything changed: false when they are a member already. */
export const workspaceMemberInsert = async (
  tx: Tx,
  member: { workspaceUid: string; teamUid: string; personUid: string },
  now: Date,
): Promise<boolean> => {
  const row = await tx
    .insertInto('workspace_member')
    .values({
      workspace_uid: member.workspaceUid,
      team_uid: member.teamUid,
      person_uid: member.personUid,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['workspace_uid', 'person_uid']).doNothing())
    .returning('person_uid')
    .executeTakeFirst();
  return row !== undefined;
};

/** Answers whether they were a member. */
export const workspaceMemberDelete = async (
  tx: Tx,
  { workspaceUid, personUid }: { workspaceUid: string; personUid: string },
): Promise<boolean> => {
  const { numDeletedRows } = await tx
    .deleteFrom('workspace_member')
    .where('workspace_uid', '=', workspaceUid)
    .where('person_uid', '=', personUid)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

/** The people who were made members of a workspace, in the order they were. */
export const workspaceMembers = async (
  db: Db,
  teamUid: string,
  workspaceUid: string,
): Promise<(Member & { addedAt: Date })[]> => {
  const rows = await members(db, teamUid)
    .innerJoin('workspace_member as added', (join) =>
      join
        .onRef('added.person_uid', '=', 'member.person_uid')
        .onRef('added.team_uid', '=', 'member.team_uid'),
    )
    .where('added.workspace_uid', '=', workspaceUid)
    .select('added.created_at as addedAt')
    .orderBy('added.created_at')
    .orderBy('person.uid')
    .execute();
  return rows.map(toMember);
};
