// Every version of a domain's zone, what changed in each, and the way back.
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Time } from '../ui/format.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';

type Version = Output<'dns.versions'>['versions'][number];
type Kept = NonNullable<Version['changes'][number]['before']>;

const lineOf = ({ type, host, value, priority }: Kept): string =>
  `${host} ${type} ${priority === null ? '' : `${priority} `}${value}`;

export const DnsHistory = ({ uid, name }: { uid: string; name: string }) => {
  const { may } = useSession();
  const versions = useRead('dns.versions', { uid, limit: 50 });
  const restore = useWrite('dns.restore', { done: 'The zone is as it was then', quiet: true });
  const [back, setBack] = useState<Version | null>(null);
  if (versions.error && !versions.data) {
    return <Failure error={versions.error} onRetry={() => void versions.refetch()} />;
  }
  if (!versions.data) return <Loading />;
  if (versions.data.versions.length === 0) {
    return <Empty title="No version yet">The first one is written when the domain’s DNS is set up.</Empty>;
  }
  return (
    <Card
      title="Versions of the zone"
      about="Newest first; going back makes a new version, so that it can be undone"
      flush
    >
      <ol className="divide-y divide-line">
        {versions.data.versions.map((version) => (
          <li key={version.version} className="grid gap-1.5 px-4 py-3">
            <div className="flex flex-wrap items-center gap-2">
              <span className="font-medium tabular-nums">Version {version.version}</span>
              {version.is_current && <Badge tone="good">current</Badge>}
              <span className="min-w-0 flex-1 text-ink-soft text-xs">
                {version.reason || words(version.cause)} · <Time at={version.created_at} />
              </span>
              {may('write') && !version.is_current && (
                <Button size="small" onClick={() => setBack(version)}>
                  <RotateCcw aria-hidden />
                  Go back to this
                </Button>
              )}
            </div>
            {version.changes.length > 0 && (
              <ul className="grid gap-0.5 break-all font-mono text-xs">
                {version.changes.flatMap(({ before, after }) => [
                  ...(before ? [<Line key={`- ${before.record_id}`} sign="−" text={lineOf(before)} />] : []),
                  ...(after ? [<Line key={`+ ${after.record_id}`} sign="+" text={lineOf(after)} />] : []),
                ])}
              </ul>
            )}
          </li>
        ))}
      </ol>
      <Confirm
        open={back !== null}
        onClose={() => setBack(null)}
        title={`Go back to version ${back?.version}`}
        about={`The records of ${name} become what they were then, and are published within seconds. The version of now stays in the history.`}
        action="Go back"
        onConfirm={() => restore.mutateAsync({ uid, version: back!.version })}
      />
    </Card>
  );
};

const Line = ({ sign, text }: { sign: '+' | '−'; text: string }) => (
  <li className={sign === '+' ? 'text-good' : 'text-bad'}>
    <span aria-hidden>{sign} </span>
    <span className="sr-only">{sign === '+' ? 'added: ' : 'removed: '}</span>
    {text}
  </li>
);
