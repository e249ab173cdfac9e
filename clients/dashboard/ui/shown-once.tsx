// What the server tells once and never again: shown until whoever asked says that it is kept.
import { Button } from './button.tsx';
import { Copy } from './copy.tsx';
import { Dialog } from './dialog.tsx';

/** A long value, whole, with the way to the clipboard. */
export const ToKeep = ({ value, label }: { value: string; label: string }) => (
  <p className="flex items-center gap-2 rounded-md bg-sunken p-3">
    <code className="min-w-0 flex-1 break-all font-mono text-xs">{value}</code>
    <Copy value={value} label={label} />
  </p>
);

type ShownOnceProps = {
  /** Null while there is nothing to show. */
  value: string | null;
  /** What it is, after the word Copy: `signing secret`. */
  label: string;
  title: string;
  about?: string;
  onClose(): void;
};

export const ShownOnce = ({ value, label, title, about, onClose }: ShownOnceProps) => (
  <Dialog
    open={value !== null}
    onClose={onClose}
    title={title}
    about={`${about ? `${about} ` : ''}It is shown now and never again.`}
    footer={
      <Button kind="primary" onClick={onClose}>
        I have kept it
      </Button>
    }
  >
    <ToKeep value={value ?? ''} label={label} />
  </Dialog>
);
