// The shapes that the session endpoints share.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { rights } from '../../http/rights.ts';
import { roleRights, roles } from '../../http/roles.ts';
import { type Person, teamsOfPerson } from '../people/index.ts';
import type { Session } from './session.ts';

export const sessionShape = z
  .object({
    uid: z.uuid(),
    current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
    team_uid: z.uuid(),
    method: z.enum(['password', 'password_and_code', 'passkey']),
    user_agent: z.string(),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime().meta({ description: 'To the minute.' }),
    last_seen_from: z.string().nullable(),
    expires_at: z.iso.datetime().meta({ description: 'However much it is used.' }),
  })
  .meta({ id: 'Session' });

export const sessionRow = (session: Session, currentUid: string) => ({
  uid: session.uid,
  current: session.uid === currentUid,
  team_uid: session.teamUid,
  method: session.method,
  user_agent: session.userAgent,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  last_seen_from: session.lastSeenFrom,
  expires_at: session.expiresAt.toISOString(),
});

const team = z.object({ uid: z.uuid(), name: z.string(), role: z.enum(roles) });

/** Who is signed in, as what, and what a page needs to write. */
export const signedInAnswer = {
  csrf_token: z.string().meta({ description: 'For `X-CSRF-Token`, with every request but GET.' }),
  session: sessionShape,
  person: z.object({
    uid: z.uuid(),
    email: z.string(),
    name: z.string(),
    operator: z.boolean().meta({ description: 'Whether they run the installation.' }),
  }),
  team: team.extend({
    rights: z.array(z.enum(rights)),
    money_rights: z.array(z.enum(rights)).meta({ description: 'In operations about the money of the team.' }),
  }),
  teams: z.array(team).meta({ description: 'All they are in.' }),
};

export const signedIn = async (
  db: Db,
  { session, person, csrfToken }: { session: Session; person: Person; csrfToken: string },
) => {
  const teams = await teamsOfPerson(db, person.uid);
  const current = teams.find(({ uid }) => uid === session.teamUid);
  if (!current) throw new Error(`session ${session.uid} is in a team that its person is not in`);
  const { rights: general, money } = roleRights[current.role];
  return {
    csrf_token: csrfToken,
    session: sessionRow(session, session.uid),
    person: { uid: person.uid, email: person.email, name: person.name, operator: person.operator },
    team: { ...current, rights: [...general], money_rights: [...money] },
    teams,
  };
};
