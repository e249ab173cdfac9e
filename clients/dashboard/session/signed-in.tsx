// Loads what every page needs to know of the team, and gives it to them.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Button } from '../ui/button.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import {
  type Access,
  clientOf,
  type Session,
  SessionContext,
  signOut,
  useChosenWorkspace,
} from './session.ts';

export const SignedIn = ({ access, children }: { access: Access; children: ReactNode }) => {
  const team = useMemo(() => clientOf(access), [access]);
  const by = 'apiKey' in access ? access.apiKey : access.person.session.uid + access.person.team.uid;
  const chosen = useChosenWorkspace();
  const account = useQuery({
    queryKey: ['accounts.get', by],
    queryFn: ({ signal }) => team.accounts.get({}, { signal }),
  });
  const workspaces = useQuery({
    queryKey: ['workspaces.list', by],
    queryFn: ({ signal }) => team.workspaces.list({}, { signal }),
  });

  const session = useMemo((): Session | null => {
    if (!account.data || !workspaces.data) return null;
    const all = workspaces.data.workspaces;
    const workspace = all.find(({ uid }) => uid === chosen) ?? all[0];
    if (!workspace) return null;
    const { rights, money_rights } = account.data.caller;
    return {
      sdk: team.with({ workspaceId: workspace.uid }),
      access,
      person: 'person' in access ? access.person : null,
      account: account.data,
      workspaces: all,
      workspace,
      may: (right, about) => (about === 'money' ? money_rights : rights).includes(right),
    };
  }, [team, access, account.data, workspaces.data, chosen]);

  const error = account.error ?? workspaces.error;
  if (session) return <SessionContext value={session}>{children}</SessionContext>;
  return (
    <main className="mx-auto mt-24 max-w-md">
      {error ? (
        <Failure
          error={error}
          onRetry={() => {
            void account.refetch();
            void workspaces.refetch();
          }}
        />
      ) : workspaces.data && account.data ? (
        <Empty
          title="There is no workspace you may enter"
          action={<Button onClick={() => void signOut(access)}>Sign out</Button>}
        >
          Ask an admin of the team for one.
        </Empty>
      ) : (
        <Loading rows={4} />
      )}
    </main>
  );
};
