// Starts the dashboard.
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from 'sonner';
import { createInboxKit, isRefusal } from '../sdk/index.ts';
import './styles.css';
import { queryClient } from './queries/operations.ts';
import { router } from './routes.tsx';
import { enter, leave, useAccess } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import { SignedIn } from './session/signed-in.tsx';
import { Failure, Loading } from './ui/states.tsx';

const Dashboard = () => {
  const access = useAccess();
  if (access === undefined) return <Asking />;
  if (access === null) {
    queryClient.clear();
    return <SignIn />;
  }
  return (
    <SignedIn access={access}>
      <RouterProvider router={router} />
    </SignedIn>
  );
};

/** Whether somebody is signed in only the server knows: no script can read the cookie. */
const Asking = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['who is signed in'],
    queryFn: ({ signal }) => createInboxKit().sessions.current({}, { signal }),
    gcTime: 0,
  });
  const nobody = isRefusal(error, 'unauthorized');
  useEffect(() => {
    if (data) enter({ person: data });
    else if (nobody) leave();
  }, [data, nobody]);
  return (
    <main className="mx-auto mt-24 max-w-md">
      {error && !nobody ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading rows={4} />}
    </main>
  );
};

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Dashboard />
      <Toaster
        position="bottom-right"
        toastOptions={{
          classNames: {
            toast: 'bg-surface! text-ink! border-line! text-sm! rounded-lg! shadow-lg!',
            success: '[&_svg]:text-good!',
            error: '[&_svg]:text-bad!',
          },
        }}
      />
    </QueryClientProvider>
  </StrictMode>,
);
