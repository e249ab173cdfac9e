// People and their role in a team, and who may decide about whom.
import type { Caller } from '../../http/caller.ts';
import { type Role, roleRights } from '../../http/roles.ts';

export type Person = {
  uid: string;
  /** In the form of `normalizeAddress`. */
  email: string;
  name: string;
  passwordHash: string;
  /** Whether they run the installation. */
  operator: boolean;
};

export type Member = {
  uid: string;
  teamUid: string;
  email: string;
  name: string;
  operator: boolean;
  role: Role;
  /** When they joined. */
  createdAt: Date;
  /** Those they are a member of. */
  workspaceUids: string[];
};

/**
 * Whether a caller may give somebody this role, or decide about somebody who has it: owners are made and unmade by
 * owners, and by who runs the installation; a key gives away no right that it does not have itself.
 */
export const mayDecideAbout = (caller: Caller, role: Role): boolean => {
  if (role === 'owner') return caller.person?.role === 'owner' || caller.operator;
  if (caller.person) return true;
  const { rights, money } = roleRights[role];
  return [...rights, ...money].every((right) => caller.rights.includes(right));
};
