// Passwords and one-time codes, shown when asked for: each look is recorded, and hidden again after a minute.
import { useQuery } from '@tanstack/react-query';
import { Eye, EyeOff, RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts } from '../ui/card.tsx';
import { Copy } from '../ui/copy.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { useNow } from '../ui/format.tsx';
import { Failure } from '../ui/states.tsx';

const SHOWN_MS = 60_000;

export const Credentials = ({ uid, ready }: { uid: string; ready: boolean }) => {
  const { sdk, may } = useSession();
  const [shown, setShown] = useState(false);
  const [changing, setChanging] = useState(false);
  const change = useWrite('mailboxes.change-password', {
    done: 'The new password is set within seconds',
    quiet: true,
  });
  const secrets = useQuery({
    queryKey: ['mailboxes.show-credentials', uid],
    queryFn: ({ signal }) => sdk.mailboxes.showCredentials({ uid }, { signal }),
    enabled: shown,
    // Not kept when it is not shown, and not asked for again by itself: each look is recorded.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  return (
    <Card
      title="Sign-in"
      about={shown ? 'Hidden again after a minute' : 'Who looks is recorded'}
      action={
        ready && (
          <div className="flex gap-2">
            {may('secrets') && (
              <Button size="small" onClick={() => setChanging(true)}>
                New password
              </Button>
            )}
            <Button
              size="small"
              busy={secrets.isFetching}
              aria-expanded={shown}
              onClick={() => setShown(!shown)}
            >
              {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
              {shown ? 'Hide' : 'Reveal'}
            </Button>
          </div>
        )
      }
    >
      {!ready ? (
        <p className="text-ink-soft">The mailbox can be signed in to as soon as it is active.</p>
      ) : shown && secrets.error ? (
        <Failure error={secrets.error} onRetry={() => void secrets.refetch()} />
      ) : shown && secrets.data ? (
        <Revealed secrets={secrets.data} uid={uid} />
      ) : (
        <Facts>
          <Fact name="Password">••••••••••••</Fact>
          <Fact name="App password">••••••••••••</Fact>
          <Fact name="One-time code">••••••</Fact>
        </Facts>
      )}
      <Confirm
        open={changing}
        onClose={() => setChanging(false)}
        title="Set a new password"
        about="A random one is made, and a new app password. What was good before is good no longer: programs that are signed in have to be told the new one."
        action="Set a new password"
        onConfirm={async () => {
          await change.mutateAsync({ uid });
          setShown(false);
        }}
      />
    </Card>
  );
};

const Revealed = ({ secrets, uid }: { secrets: Output<'mailboxes.show-credentials'>; uid: string }) => (
  <Facts>
    <Secret name="Password" value={secrets.password} />
    <Secret name="App password" value={secrets.app_password} />
    <Fact name="One-time code">
      <OneTimeCode uid={uid} />
    </Fact>
    <Secret name="TOTP secret" value={secrets.secret} />
    <Secret name="IMAP" value={`${secrets.imap.host}:${secrets.imap.port}`} note={secrets.imap.security} />
    <Secret name="SMTP" value={`${secrets.smtp.host}:${secrets.smtp.port}`} note={secrets.smtp.security} />
  </Facts>
);

const Secret = ({ name, value, note }: { name: string; value: string; note?: string }) => (
  <Fact name={name}>
    <span className="flex items-center gap-1">
      <code className="min-w-0 break-all font-mono text-xs">{value}</code>
      <Copy value={value} label={name} />
      {note && <span className="text-2xs text-ink-soft uppercase">{note}</span>}
    </span>
  </Fact>
);

/** The code of now, with the seconds it is good for. */
const OneTimeCode = ({ uid }: { uid: string }) => {
  const { sdk } = useSession();
  const code = useQuery({
    queryKey: ['mailboxes.totp', uid],
    queryFn: async ({ signal }) => {
      const answer = await sdk.mailboxes.totp({ uid }, { signal });
      return { code: answer.code, endsAt: Date.now() + answer.expires_in * 1000 };
    },
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const now = useNow(500);
  const left = code.data ? Math.max(0, Math.ceil((code.data.endsAt - now) / 1000)) : 0;
  const over = code.data !== undefined && left === 0;
  const { refetch } = code;
  useEffect(() => {
    if (over) void refetch();
  }, [over, refetch]);
  if (code.error) {
    return (
      <Button size="small" onClick={() => void refetch()}>
        <RefreshCw aria-hidden />
        Try again
      </Button>
    );
  }
  if (!code.data) return <span className="text-ink-soft">…</span>;
  return (
    <span className="flex items-center gap-2">
      <code className="font-mono font-semibold text-base tracking-widest">{code.data.code}</code>
      <Copy value={code.data.code} label="one-time code" />
      <span
        role="timer"
        aria-label={`good for ${left} seconds`}
        className="flex items-center gap-1.5 text-ink-soft text-xs tabular-nums"
      >
        <svg viewBox="0 0 20 20" className="-rotate-90 size-4" aria-hidden="true">
          <circle cx="10" cy="10" r="8" fill="none" className="stroke-line" strokeWidth="3" />
          <circle
            cx="10"
            cy="10"
            r="8"
            fill="none"
            className={left <= 5 ? 'stroke-bad' : 'stroke-accent'}
            strokeWidth="3"
            pathLength={30}
            strokeDasharray={`${left} 30`}
          />
        </svg>
        {left} s
      </span>
    </span>
  );
};
