// The frames of pages: headers, cards, and lists of facts.
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export const Page = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cn('mx-auto grid w-full max-w-6xl content-start gap-4 p-4 sm:p-6', className)}>
    {children}
  </div>
);

export const PageHeader = ({
  title,
  about,
  children,
}: {
  title: ReactNode;
  about?: ReactNode;
  children?: ReactNode;
}) => (
  <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
    <div className="min-w-0">
      <h1 className="truncate font-semibold text-lg tracking-tight">{title}</h1>
      {about && <p className="text-ink-soft text-xs">{about}</p>}
    </div>
    {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
  </header>
);

export const Card = ({
  title,
  about,
  action,
  children,
  flush,
  className,
}: {
  title?: ReactNode;
  about?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  /** Without padding, for lists and tables that reach the edge. */
  flush?: boolean;
  className?: string;
}) => (
  <section className={cn('min-w-0 overflow-hidden rounded-lg border border-line bg-surface', className)}>
    {title && (
      <div className="flex flex-wrap items-center justify-between gap-2 border-line border-b px-4 py-2.5">
        <div className="min-w-0">
          <h2 className="font-semibold text-sm">{title}</h2>
          {about && <p className="text-ink-soft text-xs">{about}</p>}
        </div>
        {action}
      </div>
    )}
    <div className={flush ? '' : 'p-4'}>{children}</div>
  </section>
);

export const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-4 gap-y-2 text-sm">{children}</dl>
);

export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-soft">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
);
