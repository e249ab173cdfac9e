// What the nameservers and resolvers of the world answer for a domain, beside what they should, and the way to put it right.
import { ChevronRight, RefreshCw, Wrench } from 'lucide-react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status, toneOf, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Copy } from '../ui/copy.tsx';
import { plural, Time } from '../ui/format.tsx';
import { Failure, Loading } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';

type Health = Output<'dns.verify'>['results'][number];
type Check = Health['other_records'][number];

export const DnsTruth = ({ uid, name }: { uid: string; name: string }) => {
  const { may } = useSession();
  // Asked of the world, so not at every event: 60 a minute are let through.
  const verified = useRead('dns.verify', { uid }, { staleTime: 60_000 });
  const repair = useWrite('dns.repair', {
    done: ({ results }) => {
      const [result] = results;
      if (result?.status === 'healthy') return 'Nothing had to be changed';
      return `${plural(result?.actions.length ?? 0, 'change')} made. The world sees them within minutes.`;
    },
  });
  if (verified.error && !verified.data) {
    return <Failure error={verified.error} onRetry={() => void verified.refetch()} />;
  }
  if (!verified.data) {
    return (
      <Card title={`Asking the nameservers of ${name}`}>
        <Loading rows={4} />
      </Card>
    );
  }
  const [health] = verified.data.results;
  if (!health) return null;
  const checks = [...health.records.flatMap(({ checks }) => checks), ...health.other_records];
  const wrong = checks.filter(({ status }) => toneOf(status) === 'bad');

  return (
    <>
      <Card
        title={summaryOf(health, wrong.length)}
        about={
          health.error_message ??
          (health.look_again_at ? (
            <>
              Worth looking again <Time at={health.look_again_at} />
            </>
          ) : (
            'Asked of the domain’s own nameservers and of public resolvers'
          ))
        }
        action={
          <div className="flex gap-2">
            <Button size="small" busy={verified.isFetching} onClick={() => void verified.refetch()}>
              <RefreshCw aria-hidden />
              Look again
            </Button>
            {may('write') && (
              <Button
                size="small"
                kind={health.needs_repair ? 'primary' : 'plain'}
                busy={repair.isPending}
                onClick={() => repair.mutate({ uid })}
              >
                <Wrench aria-hidden />
                Repair
              </Button>
            )}
          </div>
        }
        flush
      >
        <ul className="grid grid-cols-2 gap-px bg-line sm:grid-cols-4">
          {health.records.map(({ label, status, fix }) => (
            <li key={label} className="grid content-start gap-1 bg-surface p-4">
              <span className="flex items-center justify-between gap-2">
                <span className="font-semibold">{label}</span>
                <Status status={status} />
              </span>
              {fix && <span className="text-ink-soft text-xs">{fix}</span>}
            </li>
          ))}
        </ul>
        {health.delegation && (
          <div className="border-line border-t p-4">
            <p className="flex items-center justify-between gap-2">
              <span className="font-semibold">Nameservers</span>
              <Status status={health.delegation.status} />
            </p>
            <p className="mt-1 break-words text-ink-soft text-xs">
              {health.delegation.published
                ? `The registry answers ${health.delegation.published.join(', ') || 'none'}`
                : 'The registry does not answer'}
              {health.delegation.status !== 'ok' && `; expected ${health.delegation.expected.join(', ')}`}
            </p>
            {health.delegation.fix && <p className="mt-1 text-xs">{health.delegation.fix}</p>}
          </div>
        )}
        {health.conflicts.map((conflict) => (
          <p
            key={`${conflict.name} ${conflict.code}`}
            className="border-line border-t bg-wait-soft p-4 text-wait text-xs"
          >
            {conflict.message}
          </p>
        ))}
      </Card>

      <Card title="Every record" about="Open one to see who answers what" flush>
        <ul className="divide-y divide-line">
          {checks.map((check) => (
            <RecordTruth key={`${check.type} ${check.host} ${check.expected}`} check={check} />
          ))}
        </ul>
      </Card>
    </>
  );
};

const summaryOf = (health: Health, wrong: number): string => {
  if (health.status === 'failed') return 'The DNS could not be looked at';
  if (health.overall_health === 'healthy') return 'Mail of this domain is set up right';
  return wrong > 0 ? `${plural(wrong, 'record')} not as it should be` : 'Not everything is seen yet';
};

const RecordTruth = ({ check }: { check: Check }) => (
  <li>
    <details className="group">
      <summary className="flex cursor-pointer list-none items-center gap-3 px-4 py-2.5 hover:bg-sunken/60">
        <ChevronRight
          className="size-3.5 shrink-0 text-ink-soft transition-transform group-open:rotate-90"
          aria-hidden
        />
        <span className="w-14 shrink-0 font-medium font-mono text-xs">{check.type}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-xs">{check.host}</span>
        <span className="hidden shrink-0 text-ink-soft text-xs sm:inline">{words(check.purpose)}</span>
        <Status status={check.status} />
      </summary>
      <div className="grid gap-3 px-4 pt-1 pb-4 sm:pl-11">
        {check.fix && <p>{check.fix}</p>}
        {check.expected !== null && (
          <div>
            <p className="text-ink-soft text-xs">Should be</p>
            <p className="flex items-start gap-1">
              <code className="min-w-0 break-all font-mono text-xs">{check.expected}</code>
              <Copy value={check.expected} label="the value" className="-my-0.5" />
            </p>
          </div>
        )}
        {check.seen.length > 0 && (
          <PlainTable
            label={`Who answers what for ${check.host}`}
            head={[{ name: 'Asked' }, { name: 'Answer' }, { name: '' }]}
          >
            {check.seen.map((sight) => (
              <tr key={`${sight.kind} ${sight.by}`}>
                <td className="whitespace-nowrap align-top">
                  <span className="font-mono text-xs">{sight.by}</span> <Badge>{sight.kind}</Badge>
                </td>
                <td
                  className={cn(
                    'break-all font-mono text-xs',
                    sight.published.length === 0 && 'text-ink-soft',
                  )}
                >
                  {sight.published.join('\n') || (sight.note ?? 'nothing')}
                </td>
                <td className="text-right align-top">
                  <Status status={sight.status} />
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </div>
    </details>
  </li>
);
