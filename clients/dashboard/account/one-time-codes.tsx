// One-time codes beside the password: a secret for an authenticator app, and recovery codes for the day it is lost.
import { useState } from 'react';
import { encode } from 'uqr';
import { useRead, useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { dayOf, plural } from '../ui/format.tsx';
import { ToKeep } from '../ui/shown-once.tsx';
import { Loaded, messageOf } from '../ui/states.tsx';
import { PasswordAgain } from './password-again.tsx';

type Asking = 'begin' | 'renew' | 'end' | null;

export const OneTimeCodes = () => {
  const factors = useRead('factors.list');
  const [asking, setAsking] = useState<Asking>(null);
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const enrol = useWrite('factors.enrol-totp', { done: null, quiet: true });
  const renew = useWrite('factors.renew-recovery-codes', { done: null, quiet: true });
  const end = useWrite('factors.remove-totp', { done: 'Signing in takes no codes any more', quiet: true });
  const close = () => setAsking(null);
  return (
    <Card title="One-time codes" about="A second proof beside the password">
      <Loaded reading={factors} rows={2}>
        {({ one_time_codes: state }) =>
          state.since === null ? (
            <div className="grid justify-items-start gap-3">
              <p className="text-ink-soft">Signing in takes your password alone.</p>
              <Button size="small" kind="primary" onClick={() => setAsking('begin')}>
                Set up an authenticator app
              </Button>
            </div>
          ) : (
            <div className="grid justify-items-start gap-3">
              <p>
                On since {dayOf(state.since)}.{' '}
                <span className={state.recovery_codes_left < 3 ? 'text-bad' : 'text-ink-soft'}>
                  {plural(state.recovery_codes_left, 'recovery code')} left.
                </span>
              </p>
              <div className="flex flex-wrap gap-2">
                <Button size="small" onClick={() => setAsking('renew')}>
                  New recovery codes
                </Button>
                <Button size="small" kind="danger" onClick={() => setAsking('end')}>
                  Turn off
                </Button>
              </div>
            </div>
          )
        }
      </Loaded>
      <PasswordAgain
        open={asking === 'begin'}
        onClose={close}
        title="Set up an authenticator app"
        about="From then on signing in takes a code of the app too."
        action="Go on"
        onConfirm={(password) => enrol.mutateAsync({ password })}
      />
      <PasswordAgain
        open={asking === 'renew'}
        onClose={close}
        title="New recovery codes"
        about="The ones you have stop working."
        action="Make new ones"
        onConfirm={async (password) => setRecovery((await renew.mutateAsync({ password })).recovery_codes)}
      />
      <PasswordAgain
        open={asking === 'end'}
        onClose={close}
        title="Turn one-time codes off"
        about="Signing in takes your password alone then. You can set them up again."
        action="Turn off"
        onConfirm={(password) => end.mutateAsync({ password })}
      />
      {enrol.data && (
        <Scan
          secret={enrol.data.secret}
          url={enrol.data.otpauth_url}
          onClose={enrol.reset}
          onDone={(codes) => {
            enrol.reset();
            setRecovery(codes);
          }}
        />
      )}
      <RecoveryCodes codes={recovery} onClose={() => setRecovery(null)} />
    </Card>
  );
};

const Scan = ({
  secret,
  url,
  onClose,
  onDone,
}: {
  secret: string;
  url: string;
  onClose(): void;
  onDone(recoveryCodes: string[]): void;
}) => {
  const [code, setCode] = useState('');
  const confirm = useWrite('factors.confirm-totp', {
    done: 'Signing in takes a code from now on',
    quiet: true,
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Scan this with the app"
      about="Then enter the code that it shows. Nothing changes before that."
      footer={
        <Button kind="primary" type="submit" form="confirm-totp" busy={confirm.isPending}>
          Turn on
        </Button>
      }
    >
      <form
        id="confirm-totp"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate({ code }, { onSuccess: ({ recovery_codes }) => onDone(recovery_codes) });
        }}
      >
        <QrCode text={url} />
        <ToKeep value={secret} label="secret" />
        <Field label="Code" problem={confirm.error ? messageOf(confirm.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
};

/** Dark on light whatever the theme: scanners expect it. */
const QrCode = ({ text }: { text: string }) => {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      role="img"
      aria-label="Code to scan; the secret below is the same for typing"
      viewBox={`0 0 ${size} ${size}`}
      className="mx-auto size-44 rounded-md bg-white"
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
};

const RecoveryCodes = ({ codes, onClose }: { codes: string[] | null; onClose(): void }) => (
  <Dialog
    open={codes !== null}
    onClose={onClose}
    title="Your recovery codes"
    about="Each signs you in once when the app is lost. They are shown now and never again."
    footer={
      <Button kind="primary" onClick={onClose}>
        I have kept them
      </Button>
    }
  >
    <div className="grid gap-2 rounded-md bg-sunken p-3">
      <ol className="grid grid-cols-2 gap-1 font-mono text-xs">
        {codes?.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <span className="justify-self-end">
        <Copy value={codes?.join('\n') ?? ''} label="recovery codes" />
      </span>
    </div>
  </Dialog>
);
