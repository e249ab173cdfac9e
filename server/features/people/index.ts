// Front door of people: who is in a team, and in which role.
import { acceptLink } from './accept.endpoint.ts';
import { changeEmail } from './change-email.endpoint.ts';
import { confirmEmail } from './confirm-email.endpoint.ts';
import { forgotPassword } from './forgot-password.endpoint.ts';
import { invitePerson } from './invite.endpoint.ts';
import { listPeople, type ReadFactors } from './list.endpoint.ts';
import { removePerson } from './remove.endpoint.ts';
import { renameSelf } from './rename.endpoint.ts';
import { resetLink } from './reset-link.endpoint.ts';
import { type EndAccess, resetPassword } from './reset-password.endpoint.ts';
import { showLink } from './show-link.endpoint.ts';
import { type EndSessionsIn, signPersonOut } from './sign-out.endpoint.ts';
import { updatePerson } from './update.endpoint.ts';

export { forgiveAttempts, takeAttempt } from './attempts.ts';
export { peopleErrors, personNotFound, signInRefused, signInSlowed } from './errors.ts';
export { personEvent } from './events.ts';
export { forgetPeoplesTraces } from './forget.job.ts';
export { makeLink } from './link.ts';
export { linkPage, linkPaths } from './link-page.ts';
export {
  attemptsAt,
  givenPassword,
  hashPassword,
  isPasswordOf,
  newPassword,
  provePassword,
} from './password.ts';
export type { Member, Person } from './person.ts';
export { type Factors, personEmail } from './schema.ts';
export { createPersonMailWorker } from './send-mail.job.ts';
export {
  memberByUid,
  personByEmail,
  personByUid,
  personSetPassword,
  teamsOfPerson,
  workspaceMemberDelete,
  workspaceMemberInsert,
  workspaceMembers,
} from './store.ts';
export type { EndAccess, EndSessionsIn, ReadFactors };

/** `readFactors` and `endAccess` are what factors, passkeys and sessions know, which come later in the order. */
export const peopleEndpoints = ({
  readFactors,
  endAccess,
  endSessionsIn,
}: {
  readFactors: ReadFactors;
  endAccess: EndAccess;
  endSessionsIn: EndSessionsIn;
}) => [
  invitePerson,
  listPeople(readFactors),
  updatePerson(readFactors),
  removePerson,
  signPersonOut(endSessionsIn),
  renameSelf,
  changeEmail,
  confirmEmail,
  resetLink,
  showLink,
  acceptLink,
  forgotPassword,
  resetPassword(endAccess),
];
