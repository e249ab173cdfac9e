// A value that can be taken to the clipboard.
import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { cn } from './cn.ts';

export const Copy = ({ value, label, className }: { value: string; label: string; className?: string }) => {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      toast.error('The browser does not let this page write to the clipboard');
    }
  };
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={`Copy ${label}`}
      title={`Copy ${label}`}
      className={cn(
        'grid size-6 shrink-0 place-items-center rounded text-ink-soft hover:bg-sunken hover:text-ink',
        className,
      )}
    >
      {done ? (
        <Check className="size-3.5 text-good" aria-hidden />
      ) : (
        <CopyIcon className="size-3.5" aria-hidden />
      )}
    </button>
  );
};
