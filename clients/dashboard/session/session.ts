// Who is signed in, as far as the browser knows. A person is by a cookie that no script can read; a key is kept for
// this tab alone, so that it does not outlive it.
import { createContext, useContext, useSyncExternalStore } from 'react';
import { createInboxKit, type InboxKit, type Output } from '../../sdk/index.ts';

const KEY = 'inboxkit.key';
const WORKSPACE = 'inboxkit.workspace';

const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What `GET /sessions/current` and every way of signing in answer. */
export type SignedInPerson = Omit<Output<'sessions.current'>, 'message'>;

export type Access = { apiKey: string } | { person: SignedInPerson };

const keptKey = (): Access | undefined => {
  const apiKey = sessionStorage.getItem(KEY);
  return apiKey === null ? undefined : { apiKey };
};

/** Undefined until the server said whether the cookie is somebody's; null when it is nobody's. */
let access: Access | null | undefined = keptKey();

export const useAccess = (): Access | null | undefined => useSyncExternalStore(subscribe, () => access);

export const enter = (next: Access): void => {
  if ('apiKey' in next) sessionStorage.setItem(KEY, next.apiKey);
  access = next;
  changed();
};

/** What opened the doors does so no more, or is given up. */
export const leave = (): void => {
  sessionStorage.removeItem(KEY);
  access = null;
  changed();
};

/** The cookie may be somebody else's by now, as when another tab signed in: the server is asked again. */
export const askWhoIsSignedIn = (): void => {
  access = keptKey();
  changed();
};

export const clientOf = (by: Access): InboxKit =>
  createInboxKit(
    'apiKey' in by ? { apiKey: by.apiKey } : { headers: { 'X-CSRF-Token': by.person.csrf_token } },
  );

/** Ends the session at the server too; when that does not answer, the cookie goes on and they are told. */
export const signOut = async (by: Access): Promise<void> => {
  if ('person' in by) await clientOf(by).sessions.end();
  leave();
};

export const useChosenWorkspace = (): string | null =>
  useSyncExternalStore(subscribe, () => localStorage.getItem(WORKSPACE));

export const chooseWorkspace = (uid: string): void => {
  localStorage.setItem(WORKSPACE, uid);
  changed();
};

export type Right = Output<'accounts.get'>['caller']['rights'][number];

export type Session = {
  sdk: InboxKit;
  access: Access;
  /** Null for a key. */
  person: SignedInPerson | null;
  account: Output<'accounts.get'>;
  workspaces: Output<'workspaces.list'>['workspaces'];
  workspace: Output<'workspaces.list'>['workspaces'][number];
  /** Whether they may do it; `money` for what concerns the wallet and the plan. What they may not do is not shown. */
  may(right: Right, about?: 'money'): boolean;
};

export const SessionContext = createContext<Session | null>(null);

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (!session) throw new Error('nobody is signed in');
  return session;
};
