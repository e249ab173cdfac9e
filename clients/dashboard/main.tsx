// Starts the dashboard.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from 'sonner';
import './styles.css';
import { queryClient } from './queries/operations.ts';
import { router } from './routes.tsx';
import { useKey } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import { SignedIn } from './session/signed-in.tsx';

const Dashboard = () => {
  const apiKey = useKey();
  if (apiKey === null) {
    queryClient.clear();
    return <SignIn />;
  }
  return (
    <SignedIn apiKey={apiKey}>
      <RouterProvider router={router} />
    </SignedIn>
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
