// Opens a session for somebody who has proven who they are, and recognises it in later requests.
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../database/clock.ts';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Concern } from '../../http/audit.ts';
import type { Caller } from '../../http/caller.ts';
import { roleRights } from '../../http/roles.ts';
import {
  csrfTokenOf,
  deviceCookieOf,
  readCookie,
  sessionCookieOf,
  setCookie,
} from '../../http/session-cookie.ts';
import { recordEvents } from '../events/index.ts';
import { type Person, personEvent, signInRefused, teamsOfPerson } from '../people/index.ts';
import { isOver, isSeenAgain, type Method, type Session, type SessionSettings } from './session.ts';
import { deviceSeen, sessionByToken, sessionInsert, sessionSeen } from './store.ts';

const TOKEN_BYTES = 32;
/** The longest that browsers keep a cookie (RFC 6265bis §5.5). */
const DEVICE_COOKIE_S = 400 * 24 * 60 * 60;
const LONGEST_USER_AGENT = 300;

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

const tokenSha256 = (token: string): Buffer => createHash('sha256').update(token).digest();

export type Visit = {
  /** Where it comes from, as far as that is known. */
  address: string | null;
  userAgent: string;
  /** What the device brought, when it was here before. */
  deviceToken: string | undefined;
};

export const visitOf = (
  { header, address }: { header(name: string): string | undefined; address: string | null },
  publicUrl: string,
): Visit => ({
  address,
  userAgent: (header('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
  deviceToken: readCookie(header('cookie'), deviceCookieOf(publicUrl).name),
});

export const deviceSha256 = ({ deviceToken }: Visit): Buffer | null =>
  deviceToken === undefined ? null : tokenSha256(deviceToken);

export type Opened = {
  session: Session;
  csrfToken: string;
  cookies: [string, string][];
};

type Wish = {
  person: Person;
  method: Method;
  /** Default: the team they joined first. */
  teamUid: string | undefined;
  visit: Visit;
};

/**
 * @throws {ApiError} `sign_in_refused`, in the same words as a wrong password, when they are not in the team or in none
 */
export const openSession = async (
  tx: Tx,
  { person, method, teamUid, visit }: Wish,
  { sessions, publicUrl, now }: { sessions: SessionSettings; publicUrl: string; now: Date },
): Promise<Opened> => {
  const teams = await teamsOfPerson(tx, person.uid);
  const team = teamUid === undefined ? teams[0] : teams.find(({ uid }) => uid === teamUid);
  if (!team) throw refused();
  const deviceToken = visit.deviceToken ?? newToken();
  const device = await deviceSeen(tx, person.uid, tokenSha256(deviceToken), now);
  const token = newToken();
  const session: Session = {
    uid: newId(),
    teamUid: team.uid,
    personUid: person.uid,
    deviceUid: device.uid,
    method,
    userAgent: visit.userAgent,
    createdAt: now,
    lastSeenAt: now,
    lastSeenFrom: visit.address,
    expiresAt: new Date(now.getTime() + sessions.longestMs),
  };
  await sessionInsert(tx, session, tokenSha256(token));
  if (device.isNew && !device.isFirst) {
    const about = { ...person, teamUid: team.uid };
    const data = { address: visit.address, user_agent: visit.userAgent, method };
    await recordEvents(tx, [personEvent('person.signed_in_from_new_device', about, null, now, data)]);
  }
  return {
    session,
    csrfToken: csrfTokenOf(token),
    cookies: [
      setCookie(sessionCookieOf(publicUrl), token, Math.floor(sessions.longestMs / 1000)),
      setCookie(deviceCookieOf(publicUrl), deviceToken, DEVICE_COOKIE_S),
    ],
  };
};

/** In whose record it stands that somebody tried to sign in: that of the team they wanted, or would be in. */
export const concernOf = async (
  db: Db,
  personUid: string,
  wanted: string | undefined,
): Promise<Pick<Concern, 'teamUid' | 'personUid'> | null> => {
  const teams = await teamsOfPerson(db, personUid);
  const team = teams.find(({ uid }) => uid === wanted) ?? teams[0];
  return team ? { teamUid: team.uid, personUid } : null;
};

export const signedInAs = ({ uid, teamUid, personUid }: Session): Concern => ({
  ...{ teamUid, personUid, sessionUid: uid },
  proven: true,
});

export const refused = () => signInRefused('Address and password do not belong together');

/** The cookie that takes the session away from the browser. */
export const noSession = (publicUrl: string): [string, string] =>
  setCookie(sessionCookieOf(publicUrl), '', 0);

/** Whose session a cookie is; null when it is over, or there never was one. */
export const authenticateSession =
  ({ db, clock, sessions }: { db: Db; clock: Clock; sessions: SessionSettings }) =>
  async (token: string, address: string | null): Promise<Caller | null> => {
    const now = clock.now();
    const session = await sessionByToken(db, tokenSha256(token));
    if (!session || isOver(session, sessions, now)) return null;
    if (isSeenAgain(session, now)) await sessionSeen(db, session.uid, now, address);
    const { role } = session;
    const { rights, membersOnly } = roleRights[role];
    const isAdmin = role === 'owner' || role === 'admin';
    return {
      teamId: session.teamUid,
      keyId: session.personUid,
      person: {
        uid: session.personUid,
        sessionUid: session.uid,
        role,
        closedWorkspaceUids: isAdmin ? [] : session.adminsOnlyUids,
      },
      operator: session.operator,
      rights,
      workspaceUids: membersOnly ? session.workspaceUids : null,
    };
  };
