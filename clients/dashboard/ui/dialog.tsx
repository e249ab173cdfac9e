// Dialogs, and the one way to ask before something is destroyed.
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useId, useState } from 'react';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { Field, Input } from './field.tsx';
import { messageOf } from './states.tsx';

type DialogProps = {
  open: boolean;
  onClose(): void;
  title: string;
  about?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
};

export const Dialog = ({ open, onClose, title, about, children, footer, wide }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
      <Radix.Content
        {...(about ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'fixed inset-x-0 bottom-0 z-50 grid max-h-[92dvh] w-full gap-4 overflow-y-auto rounded-t-xl border border-line bg-surface p-5 shadow-xl sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
          wide ? 'sm:max-w-2xl' : 'sm:max-w-md',
        )}
      >
        <div className="grid gap-1 pr-8">
          <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
          {about && <Radix.Description className="text-ink-soft text-sm">{about}</Radix.Description>}
        </div>
        {children}
        {footer && <div className="flex flex-wrap justify-end gap-2">{footer}</div>}
        <Radix.Close
          aria-label="Close"
          className="absolute top-4 right-4 grid size-7 place-items-center rounded-md text-ink-soft hover:bg-sunken"
        >
          <X className="size-4" aria-hidden />
        </Radix.Close>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);

type ConfirmProps = {
  open: boolean;
  onClose(): void;
  title: string;
  /** What will happen, and whether it can be taken back. */
  about: ReactNode;
  /** What has to be typed; nothing where the act can be undone. */
  name?: string;
  action: string;
  onConfirm(): Promise<unknown>;
  children?: ReactNode;
};

export const Confirm = ({ open, onClose, title, about, name, action, onConfirm, children }: ConfirmProps) => {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const form = useId();
  const close = () => {
    setTyped('');
    setProblem(undefined);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      close();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      about={about}
      footer={
        <>
          <Button onClick={close}>Keep as it is</Button>
          <Button
            kind={name === undefined ? 'primary' : 'danger'}
            type="submit"
            form={form}
            busy={busy}
            disabled={name !== undefined && typed.trim() !== name}
          >
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {children}
        {name !== undefined && (
          <Field label={`Type ${name} to confirm`}>
            {(control) => (
              <Input
                {...control}
                autoComplete="off"
                spellCheck={false}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        )}
        {problem && (
          <p role="alert" className="text-bad text-xs">
            {problem}
          </p>
        )}
      </form>
    </Dialog>
  );
};
