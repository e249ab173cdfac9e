// What became of each thing of a bulk action.
import { CircleCheck, CircleX } from 'lucide-react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { plural } from './format.tsx';

/** What a dialog is given that does something with many rows at once. */
export type ManyProps = {
  open: boolean;
  onClose(): void;
  uids: string[];
  nameOf(uid: string): string;
  onDone(title: string, outcomes: Outcome[]): void;
};

export type Outcome = { name: string; ok: boolean; message: string };

export const Outcomes = ({
  title,
  outcomes,
  onClose,
}: {
  title: string;
  outcomes: readonly Outcome[] | null;
  onClose(): void;
}) => {
  const failed = outcomes?.filter(({ ok }) => !ok).length ?? 0;
  return (
    <Dialog
      open={outcomes !== null}
      onClose={onClose}
      title={title}
      about={
        failed === 0
          ? `All ${plural(outcomes?.length ?? 0, 'row')} went through.`
          : `${plural(failed, 'row')} of ${outcomes?.length ?? 0} did not go through.`
      }
      footer={<Button onClick={onClose}>Close</Button>}
      wide
    >
      <ul className="grid max-h-[50dvh] gap-px overflow-y-auto rounded-lg border border-line bg-line">
        {[...(outcomes ?? [])]
          .sort((a, b) => Number(a.ok) - Number(b.ok))
          .map(({ name, ok, message }) => (
            <li key={name} className="flex items-start gap-2.5 bg-surface px-3 py-2">
              {ok ? (
                <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-label="done" />
              ) : (
                <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-label="not done" />
              )}
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{name}</span>
                <span className="block break-words text-ink-soft text-xs">{message}</span>
              </span>
            </li>
          ))}
      </ul>
    </Dialog>
  );
};
