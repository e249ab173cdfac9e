// The first page: an API key, tried before it is kept.
import { type FormEvent, useState } from 'react';
import { createInboxKit, isRefusal } from '../../sdk/index.ts';
import { Logo } from '../shell/logo.tsx';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';
import { signInWith } from './session.ts';

const problemOf = (error: unknown): string => {
  if (isRefusal(error, 'unauthorized')) {
    return error.message === 'jwt expired' || error.message === 'jwt revoked'
      ? 'This key is not valid any more. Ask for a new one.'
      : 'This is no API key of this installation. Copy it again, whole.';
  }
  return messageOf(error);
};

export const SignIn = () => {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    const given = key.trim().replace(/^Bearer\s+/i, '');
    if (given === '') {
      setProblem('Enter an API key.');
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await createInboxKit({ apiKey: given, retries: 1 }).accounts.get();
      signInWith(given);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="grid w-full max-w-sm gap-6">
        <div className="grid justify-items-center gap-3 text-center">
          <Logo className="size-10" />
          <div>
            <h1 className="font-semibold text-lg tracking-tight">Sign in to InboxKit</h1>
            <p className="text-ink-soft">Domains, DNS and mailboxes of your team</p>
          </div>
        </div>
        <form
          onSubmit={(event) => void signIn(event)}
          noValidate
          className="grid gap-4 rounded-xl border border-line bg-surface p-5 shadow-sm"
        >
          <Field
            label="API key"
            problem={problem}
            hint="The first start printed one, and wrote it to first-key.json in the data directory. This tab keeps it until it is closed."
          >
            {(control) => (
              <Input
                {...control}
                type="password"
                name="api-key"
                autoComplete="current-password"
                spellCheck={false}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Button kind="primary" type="submit" busy={busy}>
            Sign in
          </Button>
        </form>
        <p className="text-center text-ink-soft text-xs">
          Whatever this dashboard does, the{' '}
          <a className="text-accent underline underline-offset-2" href="/docs">
            API
          </a>{' '}
          does too.
        </p>
      </div>
    </main>
  );
};
