// Who calls: an API key, or a person who signed in.
import type { Right } from './rights.ts';
import type { Role } from './roles.ts';

/** A person in one of their teams, and the session they signed in with. */
export type SignedIn = {
  uid: string;
  sessionUid: string;
  role: Role;
  /** Workspaces of the team that are for admins only, and that they are no member of. */
  closedWorkspaceUids: readonly string[];
};

export type Caller = {
  teamId: string;
  /** Whose call it is in limits, charges and records: the uid of the key, or of the person. */
  keyId: string;
  /** Null for a key. */
  person: SignedIn | null;
  /** Whether they run the installation. */
  operator: boolean;
  /** Of a person: those of their role outside of money (see `rightsIn`). */
  rights: readonly Right[];
  /** The workspaces they are limited to; null: all of the team. */
  workspaceUids: readonly string[] | null;
  /** Of a key that is limited to domains: these, all of which are in its workspaces. */
  domainUids?: readonly string[];
  /** Of a test key, whose team is a sandbox. */
  sandbox?: true;
};

export type PersonCaller = Caller & { person: SignedIn };

/** Whether a workspace of the team is one they can enter. */
export const mayEnter = ({ workspaceUids, person }: Caller, workspaceUid: string): boolean =>
  (workspaceUids?.includes(workspaceUid) ?? true) && !person?.closedWorkspaceUids.includes(workspaceUid);

/** Whoever did something. */
export type Actor = Pick<Caller, 'keyId' | 'person'>;

/** Who did it, the way records say so. */
export const actorOf = ({ person, keyId }: Actor): { type: 'api_key' | 'person'; id: string } => ({
  type: person ? 'person' : 'api_key',
  id: keyId,
});

/** Who did it, the way the data of events says so. */
export const actorData = ({ person, keyId }: Actor): { key_id: string } | { person_id: string } =>
  person ? { person_id: keyId } : { key_id: keyId };
