// The fleet at a glance: how many of what in which state, what needs a hand, and what is under way.
import { Link } from '@tanstack/react-router';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status, toneOf, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { count, credits, dayOf, plural, Time } from '../ui/format.tsx';
import { Empty, Failure, Loading, Skeleton } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { InProgress } from './in-progress.tsx';

export default function Overview() {
  useTitle('Overview');
  const { workspace, may } = useSession();
  return (
    <Page>
      <PageHeader title="Overview" about={workspace.name}>
        {may('purchase') && (
          <Button kind="primary" asChild>
            <Link to="/orders/new">New order</Link>
          </Button>
        )}
      </PageHeader>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Fleet name="Domains" id="domains.list" to="/domains" />
        <Fleet name="Mailboxes" id="mailboxes.list" to="/mailboxes" />
        {may('read', 'money') && <Wallet />}
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <NeedsAHand />
        <InProgress />
      </div>
    </Page>
  );
}

/** Counts by state, as one bar and in words. */
const Fleet = ({
  name,
  id,
  to,
}: {
  name: string;
  id: 'domains.list' | 'mailboxes.list';
  to: '/domains' | '/mailboxes';
}) => {
  const list = useRead(id, { limit: 1 });
  if (list.error && !list.data) {
    return (
      <Card title={name}>
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      </Card>
    );
  }
  const counts = Object.entries(list.data?.status_counts ?? {}).filter(([, number]) => number > 0);
  const total = counts.reduce((sum, [, number]) => sum + number, 0);
  return (
    <Card>
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="font-medium text-ink-soft text-xs">
          <Link to={to} className="hover:underline">
            {name}
          </Link>
        </h2>
      </div>
      {list.data ? (
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{count(total)}</p>
      ) : (
        <Skeleton className="my-1 h-7 w-16" />
      )}
      <div className="mt-2 flex h-1.5 gap-px overflow-hidden rounded-full bg-sunken" aria-hidden>
        {counts.map(([status, number]) => (
          <div
            key={status}
            style={{ flexGrow: number }}
            className={cn(
              {
                good: 'bg-good',
                wait: 'bg-wait',
                bad: 'bg-bad',
                calm: 'bg-line-strong',
                accent: 'bg-accent',
              }[toneOf(status)],
            )}
          />
        ))}
      </div>
      <ul className="mt-3 grid gap-1 text-xs">
        {counts.length === 0 && list.data && <li className="text-ink-soft">None yet</li>}
        {counts
          .sort(([, a], [, b]) => b - a)
          .slice(0, 4)
          .map(([status, number]) => (
            <li key={status} className="flex justify-between gap-2">
              <Link
                to={to}
                search={{ status }}
                className="truncate text-ink-soft hover:text-ink hover:underline"
              >
                {words(status)}
              </Link>
              <span className="tabular-nums">{count(number)}</span>
            </li>
          ))}
      </ul>
    </Card>
  );
};

const Wallet = () => {
  const { may } = useSession();
  const wallet = useRead('billing.wallet');
  const upcoming = useRead('billing.upcoming');
  if (wallet.error && !wallet.data) {
    return (
      <Card title="Wallet">
        <Failure error={wallet.error} onRetry={() => void wallet.refetch()} />
      </Card>
    );
  }
  const next = upcoming.data?.charges[0];
  return (
    <Card>
      <h2 className="font-medium text-ink-soft text-xs">
        <Link to="/billing" className="hover:underline">
          Wallet
        </Link>
      </h2>
      {wallet.data ? (
        <p className="font-semibold text-2xl tabular-nums tracking-tight">
          {credits(wallet.data.credits_remaining)}
        </p>
      ) : (
        <Skeleton className="my-1 h-7 w-24" />
      )}
      <ul className="mt-3 grid gap-1 text-xs">
        <Line name="Set aside for what is under way">{credits(wallet.data?.credits_reserved ?? 0)}</Line>
        {upcoming.data && (
          <Line name={`Due until ${dayOf(upcoming.data.until)}`}>{credits(upcoming.data.total_credits)}</Line>
        )}
        {next && <Line name="Next charge">{dayOf(next.due_at)}</Line>}
        {upcoming.data?.short_at && (
          <li className="mt-1 rounded bg-bad-soft px-2 py-1 text-bad">
            {credits(upcoming.data.missing_credits)} will be missing on {dayOf(upcoming.data.short_at)}.{' '}
            {may('purchase', 'money') && (
              <Link to="/billing" className="underline">
                Add credits
              </Link>
            )}
          </li>
        )}
      </ul>
    </Card>
  );
};

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <li className="flex justify-between gap-2">
    <span className="text-ink-soft">{name}</span>
    <span className="tabular-nums">{children}</span>
  </li>
);

const troubled = {
  mailboxes: ['failed', 'renewal_failed', 'suspended'],
  domains: ['inactive', 'expired_propagation', 'payment_failed'],
};

/** What stands still until somebody does something. */
const NeedsAHand = () => {
  const domains = useRead('domains.list', { status: troubled.domains, limit: 6 });
  const mailboxes = useRead('mailboxes.list', { status: troubled.mailboxes, limit: 6 });
  const endpoints = useRead('webhooks.list', { limit: 50 });
  const error = domains.error ?? mailboxes.error;
  if (error && !(mailboxes.data && domains.data)) {
    return (
      <Card title="Needs a hand">
        <Failure
          error={error}
          onRetry={() => {
            void domains.refetch();
            void mailboxes.refetch();
          }}
        />
      </Card>
    );
  }
  if (!mailboxes.data || !domains.data) {
    return (
      <Card title="Needs a hand" flush>
        <Loading rows={3} />
      </Card>
    );
  }
  const silent =
    endpoints.data?.webhooks.filter(({ enabled, failing_since }) => !enabled || failing_since) ?? [];
  const number = domains.data.total + mailboxes.data.total + silent.length;
  return (
    <Card title="Needs a hand" about={number === 0 ? undefined : plural(number, 'thing')} flush>
      {number === 0 ? (
        <Empty icon={<CircleCheck />} title="Nothing does">
          Whatever stops and cannot go on by itself is shown here, with the reason.
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {domains.data.domains.map(({ uid, name, status, status_reason, status_since }) => (
            <Trouble key={uid} status={status} reason={status_reason} since={status_since}>
              <Link to="/domains/$uid" params={{ uid }} className="font-medium hover:underline">
                {name}
              </Link>
            </Trouble>
          ))}
          {mailboxes.data.mailboxes.map(({ uid, email, status, status_reason, status_since }) => (
            <Trouble key={uid} status={status} reason={status_reason} since={status_since}>
              <Link to="/mailboxes/$uid" params={{ uid }} className="font-medium hover:underline">
                {email}
              </Link>
            </Trouble>
          ))}
          {silent.map(({ uid, url, enabled, disabled_reason, failing_since, updated_at }) => (
            <Trouble
              key={uid}
              status={enabled ? 'failed' : 'disabled'}
              reason={enabled ? 'Deliveries fail' : disabled_reason}
              since={failing_since ?? updated_at}
            >
              <Link to="/webhooks/$uid" params={{ uid }} className="font-medium hover:underline">
                {url}
              </Link>
            </Trouble>
          ))}
        </ul>
      )}
    </Card>
  );
};

const Trouble = ({
  status,
  reason,
  since,
  children,
}: {
  status: string;
  reason: string | null;
  since: string;
  children: ReactNode;
}) => (
  <li className="flex items-start gap-2.5 px-4 py-2.5">
    <TriangleAlert className="mt-0.5 size-4 shrink-0 text-wait" aria-hidden />
    <div className="min-w-0 flex-1">
      <p className="truncate">{children}</p>
      <p className="break-words text-ink-soft text-xs">
        {reason ?? words(status)} · <Time at={since} />
      </p>
    </div>
    <Status status={status} />
  </li>
);
