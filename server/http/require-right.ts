// Whether a caller may do it: by the scopes of a key, or by the role of a person.
import type { Caller } from './caller.ts';
import type { Endpoint } from './endpoint.ts';
import { insufficientRole, insufficientScope, notInSandbox, operatorOnly, personOnly } from './errors.ts';
import type { Right } from './rights.ts';
import { type Role, rightsIn, roleRights } from './roles.ts';

/**
 * A further right that an operation needs for part of what it can do.
 *
 * @throws {ApiError} `insufficient_scope`, `insufficient_role`
 */
export const requireRight = ({ rights, person }: Caller, right: Right): void => {
  if (rights.includes(right)) return;
  if (person) throw lacksRole(person.role, right);
  throw insufficientScope(`This needs a key with the scope ${right}`, { needs: right, scopes: rights });
};

type Operation = Pick<Endpoint, 'operation' | 'scope' | 'right' | 'keepsToWorkspaces'>;

/**
 * The whole decision, from the caller and the operation alone: nothing is read for it.
 *
 * @throws {ApiError} `person_only`, `operator_only`, `not_in_sandbox`, `insufficient_scope`, `insufficient_role`
 */
export const requireCall = (
  endpoint: Operation & Pick<Endpoint, 'reachesOutside' | 'keepsToDomains'>,
  caller: Caller,
): void => {
  const { operation, scope, right, keepsToWorkspaces } = endpoint;
  const { person } = caller;
  if (scope === 'person' && !person) {
    throw personOnly(`${operation} is about a person who is signed in, and a key is none`);
  }
  if (scope === 'operator' && !caller.operator) {
    throw operatorOnly(`${operation} is for operators of this installation`);
  }
  if (caller.sandbox && endpoint.reachesOutside) {
    throw notInSandbox(`${operation} reaches outside, and a test key acts in its sandbox alone`);
  }
  if (right === null) return;
  // Who runs the installation runs it whatever their role in a team.
  if (scope === 'operator' && person) return;
  requireRight(person ? { ...caller, rights: rightsIn(person.role, operation) } : caller, right);
  if (caller.domainUids && !endpoint.keepsToDomains) {
    throw insufficientScope(`${operation} is about more than domains, and the key is limited to domains`);
  }
  if (caller.workspaceUids === null || keepsToWorkspaces) return;
  const message = `${operation} is about the whole team`;
  if (person) {
    const fields = { needs: right, role: person.role };
    throw insufficientRole(`${message}, and the role ${person.role} is limited to workspaces`, fields);
  }
  throw insufficientScope(`${message}, and the key is limited to workspaces`);
};

/** Whether people with this role may call it, in a workspace they can enter. */
export const mayCall = ({ operation, right, keepsToWorkspaces }: Operation, role: Role): boolean =>
  right === null ||
  (rightsIn(role, operation).includes(right) && (keepsToWorkspaces || !roleRights[role].membersOnly));

const lacksRole = (role: Role, needs: Right) =>
  insufficientRole(`The role ${role} does not have the right ${needs} here`, { needs, role });
