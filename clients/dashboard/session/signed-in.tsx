// Loads what every page needs to know of the team, and gives it to them.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { createInboxKit } from '../../sdk/index.ts';
import { Button } from '../ui/button.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { type Session, SessionContext, signOut, useChosenWorkspace } from './session.ts';

export const SignedIn = ({ apiKey, children }: { apiKey: string; children: ReactNode }) => {
  const team = useMemo(() => createInboxKit({ apiKey }), [apiKey]);
  const chosen = useChosenWorkspace();
  const account = useQuery({
    queryKey: ['accounts.get', apiKey],
    queryFn: ({ signal }) => team.accounts.get({}, { signal }),
  });
  const workspaces = useQuery({
    queryKey: ['workspaces.list', apiKey],
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
      account: account.data,
      workspaces: all,
      workspace,
      may: (right, about) => (about === 'money' ? money_rights : rights).includes(right),
    };
  }, [team, account.data, workspaces.data, chosen]);

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
          action={<Button onClick={signOut}>Sign out</Button>}
        >
          Ask an admin of the team for one.
        </Empty>
      ) : (
        <Loading rows={4} />
      )}
    </main>
  );
};
