// What is shown in place of content: while it loads, when there is none, when nothing fits, when it failed.
import { CircleAlert, Inbox, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { isRefusal } from '../../sdk/index.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';

export const Skeleton = ({ className }: { className?: string }) => (
  <div className={cn('animate-pulse rounded bg-sunken', className)} />
);

export const Loading = ({ rows = 6 }: { rows?: number }) => (
  <div role="status" aria-label="Loading" className="grid gap-2 p-4">
    {Array.from({ length: rows }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have nothing else
      <Skeleton key={index} className="h-6" />
    ))}
  </div>
);

type NoteProps = { title: string; children?: ReactNode; action?: ReactNode; icon?: ReactNode };

const Note = ({ title, children, action, icon }: NoteProps) => (
  <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
    <div
      className="grid size-9 place-items-center rounded-full bg-sunken text-ink-soft [&_svg]:size-4.5"
      aria-hidden
    >
      {icon}
    </div>
    <p className="font-medium">{title}</p>
    {children && <div className="max-w-md text-ink-soft text-xs">{children}</div>}
    {action && <div className="mt-1 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
);

/** There is nothing yet: says what would be here, and how to get it. */
export const Empty = (props: NoteProps) => <Note icon={<Inbox />} {...props} />;

/** Nothing fits the filter. */
export const NoResult = ({ what, onClear }: { what: string; onClear(): void }) => (
  <Note
    icon={<SearchX />}
    title={`No ${what} fit`}
    action={
      <Button size="small" onClick={onClear}>
        Clear search and filters
      </Button>
    }
  >
    Try fewer words or another status.
  </Note>
);

export const Failure = ({ error, onRetry }: { error: unknown; onRetry(): void }) => (
  <div role="alert">
    <Note
      icon={<CircleAlert />}
      title="This could not be loaded"
      action={
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {messageOf(error)}
    </Note>
  </div>
);

type LoadedProps<Data> = {
  reading: { data: Data | undefined; error: unknown; refetch(): Promise<unknown> };
  /** How many lines stand for it while it loads. */
  rows?: number;
  children(data: Data): ReactNode;
};

/** What was asked for, when it is there; what was there before is shown on while a later try fails. */
export const Loaded = <Data,>({ reading, rows, children }: LoadedProps<Data>) => {
  if (reading.data !== undefined) return children(reading.data);
  if (reading.error) return <Failure error={reading.error} onRetry={() => void reading.refetch()} />;
  return <Loading {...(rows !== undefined && { rows })} />;
};

export const messageOf = (error: unknown): string => {
  if (isRefusal(error, 'no_answer'))
    return 'The server did not answer. Check the connection, then try again.';
  if (isRefusal(error)) {
    const problems = error.problems.map(({ message }) => message);
    return [
      problems.length > 1 ? problems.join(' · ') : error.message,
      error.status >= 500 && error.requestId && `Request ${error.requestId}`,
    ]
      .filter(Boolean)
      .join(' — ');
  }
  return error instanceof Error ? error.message : String(error);
};
