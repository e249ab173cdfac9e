// The first page: a person signs in with password, code or passkey, a program's owner with an API key.
import { useState } from 'react';
import { createInboxKit, isRefusal } from '../../sdk/index.ts';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';
import { Door, DoorLink } from './door.tsx';
import { assertPasskey, passkeysWork } from './passkey.ts';
import { enter } from './session.ts';

type Way = 'person' | 'key' | 'forgotten';

/** Somebody who mistyped is told at once; a form is sent again by hand. */
const sdk = createInboxKit({ retries: 0 });

export const SignIn = () => {
  const [way, go] = useState<Way>('person');
  const [email, setEmail] = useState('');
  const person = () => go('person');
  if (way === 'key') return <KeyForm onBack={person} />;
  if (way === 'forgotten') return <ForgottenForm email={email} onEmail={setEmail} onBack={person} />;
  return (
    <PersonForm
      email={email}
      onEmail={setEmail}
      onKey={() => go('key')}
      onForgotten={() => go('forgotten')}
    />
  );
};

/** Runs one attempt at a time, and says what went wrong with it. */
const useAttempt = () => {
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<void>, wordsFor: (error: unknown) => string | undefined) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      setProblem(wordsFor(error));
    } finally {
      setBusy(false);
    }
  };
  return { problem, setProblem, busy, attempt };
};

const PersonForm = ({
  email,
  onEmail,
  onKey,
  onForgotten,
}: {
  email: string;
  onEmail(email: string): void;
  onKey(): void;
  onForgotten(): void;
}) => {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const { problem, setProblem, busy, attempt } = useAttempt();

  const signIn = () => {
    if (email.trim() === '' || password === '') return setProblem('Enter your address and your password.');
    if (asksCode && code.trim() === '') return setProblem('Enter the code that your device shows.');
    void attempt(
      async () =>
        enter({ person: await sdk.sessions.create({ email, password, ...(asksCode && { code }) }) }),
      (error) => {
        if (!isRefusal(error, 'second_factor_needed')) return messageOf(error);
        setAsksCode(true);
        return undefined;
      },
    );
  };
  const byPasskey = () =>
    void attempt(
      async () => {
        const { challenge, options } = await sdk.sessions.passkeyOptions();
        const credential = await assertPasskey(options);
        enter({ person: await sdk.sessions.createByPasskey({ challenge, credential }) });
      },
      (error) =>
        error instanceof DOMException
          ? 'The browser gave no passkey for this address. Sign in with your password.'
          : messageOf(error),
    );

  return (
    <Door
      title="Sign in to InboxKit"
      about="Domains, DNS and mailboxes of your team"
      onSubmit={signIn}
      below={
        <>
          <p>
            Nobody here yet? The first start printed a link that makes you the owner; it is also in{' '}
            <code>first-key.json</code>.
          </p>
          <p>
            Whatever this dashboard does, the{' '}
            <a className="text-accent underline underline-offset-2" href="/docs">
              API
            </a>{' '}
            does too. <DoorLink onClick={onKey}>Sign in with an API key</DoorLink>
          </p>
        </>
      }
    >
      <Field label="E-mail">
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username webauthn"
            value={email}
            onChange={(event) => onEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" problem={asksCode ? undefined : problem}>
        {(control) => (
          <Input
            {...control}
            type="password"
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {asksCode && (
        <Field
          label="One-time code"
          problem={problem}
          hint="From your authenticator app, or one of your recovery codes."
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              spellCheck={false}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      )}
      <Button kind="primary" type="submit" busy={busy}>
        Sign in
      </Button>
      {passkeysWork() && (
        <Button onClick={byPasskey} disabled={busy}>
          Sign in with a passkey
        </Button>
      )}
      <p className="text-center text-xs">
        <DoorLink onClick={onForgotten}>Forgot the password?</DoorLink>
      </p>
    </Door>
  );
};

const ForgottenForm = ({
  email,
  onEmail,
  onBack,
}: {
  email: string;
  onEmail(email: string): void;
  onBack(): void;
}) => {
  const [sent, setSent] = useState(false);
  const { problem, setProblem, busy, attempt } = useAttempt();
  const ask = () => {
    if (email.trim() === '') return setProblem('Enter your address.');
    void attempt(async () => {
      await sdk.people.forgotPassword({ email });
      setSent(true);
    }, messageOf);
  };
  return (
    <Door
      title="A new password"
      about="By a link that is mailed to you"
      onSubmit={ask}
      below={
        <p>
          <DoorLink onClick={onBack}>Back to signing in</DoorLink>
        </p>
      }
    >
      {sent ? (
        <p role="status">
          If {email} is somebody’s here, a link is on its way. It is good once, for an hour.
        </p>
      ) : (
        <>
          <Field
            label="E-mail"
            problem={problem}
            hint="Where no mail can be sent from, an owner or admin makes the link for you."
          >
            {(control) => (
              <Input
                {...control}
                type="email"
                name="email"
                autoComplete="username"
                value={email}
                onChange={(event) => onEmail(event.target.value)}
              />
            )}
          </Field>
          <Button kind="primary" type="submit" busy={busy}>
            Mail me a link
          </Button>
        </>
      )}
    </Door>
  );
};

const keyProblem = (error: unknown): string => {
  if (isRefusal(error, 'unauthorized')) {
    return error.message === 'jwt expired' || error.message === 'jwt revoked'
      ? 'This key is not valid any more. Ask for a new one.'
      : 'This is no API key of this installation. Copy it again, whole.';
  }
  return messageOf(error);
};

const KeyForm = ({ onBack }: { onBack(): void }) => {
  const [key, setKey] = useState('');
  const { problem, setProblem, busy, attempt } = useAttempt();
  const signIn = () => {
    const apiKey = key.trim().replace(/^Bearer\s+/i, '');
    if (apiKey === '') return setProblem('Enter an API key.');
    // Tried before it is kept.
    void attempt(async () => {
      await createInboxKit({ apiKey, retries: 1 }).accounts.get();
      enter({ apiKey });
    }, keyProblem);
  };
  return (
    <Door
      title="Sign in with an API key"
      about="To see what a program with this key may"
      onSubmit={signIn}
      below={
        <p>
          <DoorLink onClick={onBack}>Sign in with address and password</DoorLink>
        </p>
      }
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
            autoComplete="off"
            spellCheck={false}
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={busy}>
        Sign in
      </Button>
    </Door>
  );
};
