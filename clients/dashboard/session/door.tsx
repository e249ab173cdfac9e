// The pages in front of the dashboard: one form in the middle.
import type { FormEvent, ReactNode } from 'react';
import { Logo } from '../shell/logo.tsx';

export const Door = ({
  title,
  about,
  onSubmit,
  children,
  below,
}: {
  title: string;
  about: string;
  onSubmit(): void;
  children: ReactNode;
  below?: ReactNode;
}) => (
  <main className="grid min-h-dvh place-items-center p-4">
    <div className="grid w-full max-w-sm gap-6">
      <div className="grid justify-items-center gap-3 text-center">
        <Logo className="size-10" />
        <div>
          <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
          <p className="text-ink-soft">{about}</p>
        </div>
      </div>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          onSubmit();
        }}
        noValidate
        className="grid gap-4 rounded-xl border border-line bg-surface p-5 shadow-sm"
      >
        {children}
      </form>
      {below && <div className="grid gap-2 text-center text-ink-soft text-xs">{below}</div>}
    </div>
  </main>
);

export const DoorLink = ({ children, onClick }: { children: ReactNode; onClick(): void }) => (
  <button type="button" onClick={onClick} className="text-accent underline underline-offset-2">
    {children}
  </button>
);
