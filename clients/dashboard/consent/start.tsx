// Starts a consent request: which mailbox, and the address that the program gave.
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input, Textarea } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';

export const StartConsent = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const [email, setEmail] = useState('');
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState<string>();
  const word = email.trim().toLowerCase();
  const found = useRead(
    'mailboxes.list',
    { keyword: word, status: ['active'], limit: 8 },
    { enabled: open && word.length >= 2, keep: true },
  );
  const start = useWrite('consent-requests.initiate', { done: 'It is in the queue', quiet: true });
  const close = () => {
    setEmail('');
    setUrl('');
    setProblem(undefined);
    start.reset();
    onClose();
  };
  const submit = () => {
    const [username, domain, ...rest] = word.split('@');
    if (!username || !domain || rest.length > 0)
      return setProblem('Enter the whole address of one of your mailboxes.');
    setProblem(undefined);
    start.mutate({ username, domain, consent_url: url.trim() }, { onSuccess: close });
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="New consent request"
      about="The mailbox signs in and agrees by itself. Only programs that may ask are agreed to."
      footer={
        <Button kind="primary" type="submit" form="start-consent" busy={start.isPending}>
          Start
        </Button>
      }
    >
      <form
        id="start-consent"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Mailbox" problem={problem}>
          {(control) => (
            <Input
              {...control}
              type="email"
              list="consent-mailboxes"
              autoComplete="off"
              placeholder="mara@getnorthpeak.com"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <datalist id="consent-mailboxes">
          {found.data?.mailboxes.map((mailbox) => (
            <option key={mailbox.uid} value={mailbox.email} />
          ))}
        </datalist>
        <Field
          label="Consent address"
          hint="As the program gives it, with client_id and redirect_uri."
          problem={start.error ? messageOf(start.error) : undefined}
        >
          {(control) => (
            <Textarea
              {...control}
              spellCheck={false}
              className="break-all font-mono text-xs"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
};
