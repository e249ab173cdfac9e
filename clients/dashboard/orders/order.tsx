// One order, stage by stage, as it happens.
import { getRouteApi, Link } from '@tanstack/react-router';
import { Check, CircleX, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status, toneOf, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Confirm } from '../ui/dialog.tsx';
import { credits, duration, plural, Time, useNow } from '../ui/format.tsx';
import { Failure, Loading } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';

type OrderDomain = Output<'orders.get'>['domains'][number];

const route = getRouteApi('/orders/$uid');

export default function Order() {
  const { uid } = route.useParams();
  const { may } = useSession();
  const order = useRead('orders.get', { order_id: uid });
  const retry = useWrite('orders.retry', { done: 'What failed is tried again' });
  const cancel = useWrite('orders.cancel', {
    done: ({ credits_returned }) => `Cancelled; ${credits(credits_returned)} are back in the wallet`,
    quiet: true,
  });
  const [cancelling, setCancelling] = useState(false);
  useTitle('Order');
  if (order.error && !order.data) return <Failure error={order.error} onRetry={() => void order.refetch()} />;
  if (!order.data) return <Loading />;
  const { status, domains, reason, total_cost, created_at, finished_at } = order.data;
  const open = status !== 'done' && status !== 'error';
  const mailboxes = domains.flatMap((domain) => domain.mailboxes);
  const ready = mailboxes.filter((mailbox) => mailbox.status === 'active').length;
  return (
    <Page>
      <PageHeader
        title={domains.length === 1 ? domains[0]!.name : plural(domains.length, 'domain')}
        about={
          <>
            <Link to="/orders" className="hover:underline">
              Orders
            </Link>
            {' · '}
            {credits(total_cost)} · placed <Time at={created_at} />
            {finished_at && (
              <>
                , finished <Time at={finished_at} />
              </>
            )}
          </>
        }
      >
        <Status status={status} reason={reason} />
        {may('purchase') && status === 'error' && (
          <Button kind="primary" busy={retry.isPending} onClick={() => retry.mutate({ order_id: uid })}>
            Try what failed again
          </Button>
        )}
        {may('write') && open && <Button onClick={() => setCancelling(true)}>Cancel</Button>}
      </PageHeader>
      {reason && <p className="rounded-lg border border-line bg-wait-soft px-3 py-2 text-wait">{reason}</p>}
      {mailboxes.length > 0 && (
        <div className="grid gap-1">
          <div
            role="progressbar"
            aria-label="Mailboxes that are ready"
            aria-valuemin={0}
            aria-valuemax={mailboxes.length}
            aria-valuenow={ready}
            className="h-1.5 overflow-hidden rounded-full bg-sunken"
          >
            <div
              className="h-full rounded-full bg-good transition-[width]"
              style={{ width: `${(ready / mailboxes.length) * 100}%` }}
            />
          </div>
          <p className="text-ink-soft text-xs" aria-live="polite">
            {ready} of {plural(mailboxes.length, 'mailbox', 'mailboxes')} ready
          </p>
        </div>
      )}
      {domains.map((domain) => (
        <DomainStages key={domain.uid} domain={domain} />
      ))}
      <Confirm
        open={cancelling}
        onClose={() => setCancelling(false)}
        title="Cancel the order"
        about="What has not begun is not begun, and its price goes back into the wallet. What is bought already stays."
        action="Cancel the order"
        onConfirm={() => cancel.mutateAsync({ order_id: uid })}
      />
    </Page>
  );
}

const DomainStages = ({ domain }: { domain: OrderDomain }) => (
  <Card
    title={
      <Link to="/domains/$uid" params={{ uid: domain.uid }} className="hover:underline">
        {domain.name}
      </Link>
    }
    flush
  >
    <ul className="divide-y divide-line">
      <Stage
        name="Domain and DNS"
        status={domain.status}
        since={domain.since}
        reason={domain.reason ?? domain.error ?? null}
      />
      {domain.mailboxes.map((mailbox) => (
        <Stage
          key={mailbox.uid}
          name={
            <Link to="/mailboxes/$uid" params={{ uid: mailbox.uid }} className="hover:underline">
              {mailbox.email}
            </Link>
          }
          status={mailbox.status}
          since={mailbox.since}
          reason={mailbox.reason}
        />
      ))}
    </ul>
  </Card>
);

const Stage = ({
  name,
  status,
  since,
  reason,
}: {
  name: React.ReactNode;
  status: string;
  since: string;
  reason: string | null;
}) => {
  const now = useNow(1_000);
  const tone = toneOf(status);
  const moving = tone === 'wait';
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <span
        className={cn(
          'mt-0.5 grid size-4 shrink-0 place-items-center [&_svg]:size-4',
          tone === 'good' ? 'text-good' : tone === 'bad' ? 'text-bad' : 'text-ink-soft',
        )}
        aria-hidden
      >
        {tone === 'good' ? <Check /> : moving ? <LoaderCircle className="animate-spin" /> : <CircleX />}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block break-words text-ink-soft text-xs">{reason ?? words(status)}</span>
      </span>
      {moving && (
        <span className="shrink-0 text-ink-soft text-xs tabular-nums">
          {duration(Math.max(0, (now - new Date(since).getTime()) / 1000))}
        </span>
      )}
    </li>
  );
};
