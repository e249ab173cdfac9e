// A session: a person who is signed in, in one of their teams, from one device.
import type { Role } from '../../http/roles.ts';

export type Method = 'password' | 'password_and_code' | 'passkey';

export type Session = {
  uid: string;
  teamUid: string;
  personUid: string;
  deviceUid: string;
  method: Method;
  userAgent: string;
  createdAt: Date;
  lastSeenAt: Date;
  lastSeenFrom: string | null;
  expiresAt: Date;
};

/** A session that a request came with, and what the person is allowed to at this moment. */
export type LiveSession = Session & {
  role: Role;
  operator: boolean;
  /** Those they are a member of. */
  workspaceUids: string[];
  /** Those for admins only, of which they are no member. */
  adminsOnlyUids: string[];
};

export type SessionSettings = {
  /** A session that is not used for so long is over. */
  idleMs: number;
  /** And so it is after this, however much it is used. */
  longestMs: number;
};

/** "Last seen" is for people, and idleness counts in hours: a write a minute is precise enough. */
const SEEN_EVERY_MS = 60_000;

export const isSeenAgain = ({ lastSeenAt }: Pick<Session, 'lastSeenAt'>, now: Date): boolean =>
  now.getTime() - lastSeenAt.getTime() > SEEN_EVERY_MS;

export const isOver = (
  { lastSeenAt, expiresAt }: Pick<Session, 'lastSeenAt' | 'expiresAt'>,
  { idleMs }: SessionSettings,
  now: Date,
): boolean => expiresAt <= now || lastSeenAt.getTime() + idleMs <= now.getTime();
