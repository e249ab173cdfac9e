// Who is signed in, as far as the browser knows: kept for this tab alone, so that a key does not outlive it.
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { InboxKit, Output } from '../../sdk/index.ts';

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

export const readKey = (): string | null => sessionStorage.getItem(KEY);

export const useKey = (): string | null => useSyncExternalStore(subscribe, readKey);

export const signInWith = (key: string): void => {
  sessionStorage.setItem(KEY, key);
  changed();
};

export const signOut = (): void => {
  sessionStorage.removeItem(KEY);
  changed();
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
