// Front door of sessions: people who sign in, and the sessions they have.
import { createSession } from './create.endpoint.ts';
import { createSessionByPasskey } from './create-by-passkey.endpoint.ts';
import { currentSession } from './current.endpoint.ts';
import { endSession } from './end.endpoint.ts';
import { listSessions } from './list.endpoint.ts';
import { passkeySignInOptions } from './passkey-options.endpoint.ts';
import { revokeSession } from './revoke.endpoint.ts';
import { revokeOtherSessions } from './revoke-others.endpoint.ts';
import { switchTeam } from './switch-team.endpoint.ts';

export { sessionErrors } from './errors.ts';
export { forgetSessions } from './forget.job.ts';
export { authenticateSession } from './open.ts';
export type { SessionSettings } from './session.ts';
export { sessionsEnd } from './store.ts';

export const sessionEndpoints = [
  createSession,
  passkeySignInOptions,
  createSessionByPasskey,
  currentSession,
  listSessions,
  revokeSession,
  revokeOtherSessions,
  switchTeam,
  endSession,
];
