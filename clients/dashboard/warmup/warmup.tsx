// The warm-up of one mailbox: the ramp and where its letters were found, day by day, and what it gave and got.
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Output } from '../../sdk/index.ts';
import { useRead } from '../queries/operations.ts';
import { Status, words } from '../ui/badge.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { count, dayOf, plural } from '../ui/format.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

type Day = Output<'warmup.details'>['days'][number];

const route = getRouteApi('/warmup/$uid');

export default function WarmupPage() {
  const { uid } = route.useParams();
  const read = useRead('warmup.details', { mailbox_uid: uid, days: 30 });
  const data = read.data;
  useTitle(data ? `Warm-up of ${data.subscription.mailbox_email}` : 'Warm-up');
  if (read.error && !data) return <Failure error={read.error} onRetry={() => void read.refetch()} />;
  if (!data) return <Loading />;
  const { subscription, reciprocity, days } = data;
  const { settings, cached_stats: stats } = subscription;
  return (
    <Page>
      <PageHeader
        title={subscription.mailbox_email}
        about={
          <Link to="/warmup" className="hover:underline">
            Warm-up
          </Link>
        }
      >
        <Status status={subscription.status} reason={subscription.status_reason} />
      </PageHeader>
      {subscription.status_reason && (
        <p className="rounded-lg border border-line bg-wait-soft px-3 py-2 text-wait">
          {subscription.status_reason}
        </p>
      )}
      {days.length === 0 ? (
        <Card>
          <Empty title="No day is over yet">The first letters go out in its next hours of sending.</Empty>
        </Card>
      ) : (
        <Days days={days} />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="How it stands">
          <Facts>
            <Fact name="State">{words(stats.warmup_status)}</Fact>
            <Fact name="Health">
              {stats.health_score === null ? 'Not known yet' : `${stats.health_score} of 100`}
            </Fact>
            <Fact name="Inbox rate">
              {stats.inbox_rate === null ? 'Not known yet' : `${Math.round(stats.inbox_rate)} %`}
            </Fact>
            <Fact name="Day of the curve">{count(stats.warmup_day)}</Fact>
            <Fact name="Renews">{dayOf(subscription.next_billing_date)}</Fact>
          </Facts>
        </Card>
        <Card title="Given and got" about={`In the last ${plural(reciprocity.days, 'day')}`}>
          <Facts>
            <Fact name="Sent">{count(reciprocity.sent)}</Fact>
            <Fact name="Received">{count(reciprocity.received)}</Fact>
            <Fact name="Ratio">{reciprocity.ratio ?? '–'}</Fact>
            <Fact name="Wrote with">{plural(reciprocity.partners, 'mailbox', 'mailboxes')}</Fact>
            <Fact name="May write with">
              {reciprocity.available_partners === null
                ? '–'
                : plural(reciprocity.available_partners, 'mailbox', 'mailboxes')}
              {reciprocity.own_workspace_only && ', all of this workspace'}
            </Fact>
          </Facts>
        </Card>
        <Card title="The curve">
          <Facts>
            <Fact name="Letters">
              {settings.start} on the first day, {settings.increment} more each day, {settings.max} at most
            </Fact>
            <Fact name="Days">{settings.weekdays.map((day) => weekdays[day - 1]).join(', ')}</Fact>
            <Fact name="Hours">
              {settings.from_hour}:00 to {settings.until_hour}:00, {settings.time_zone}
            </Fact>
            <Fact name="Answers">{settings.reply_percent} % of what it gets</Fact>
          </Facts>
        </Card>
      </div>
    </Page>
  );
}

/** 2026-01-05 is a Monday. */
const weekdays = Array.from({ length: 7 }, (_, index) =>
  new Intl.DateTimeFormat(navigator.language, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2026, 0, 5 + index),
  ),
);

const CHART = { width: 720, height: 160 };

/** Letters of each day by where they were found, stacked; the same in numbers below. */
const Days = ({ days }: { days: readonly Day[] }) => {
  const most = Math.max(1, ...days.map(({ planned, sent }) => Math.max(planned, sent)));
  const step = CHART.width / days.length;
  const high = (letters: number) => (letters / most) * (CHART.height - 4);
  const sum = (part: 'sent' | 'inbox' | 'spam' | 'missing') =>
    days.reduce((total, day) => total + day[part], 0);
  return (
    <Card
      title="Day by day"
      about={`${plural(sum('sent'), 'letter')} sent: ${count(sum('inbox'))} found in the inbox, ${count(sum('spam'))} in spam, ${count(sum('missing'))} nowhere`}
      flush
    >
      <div className="px-4 pt-4">
        <svg
          role="img"
          aria-label="Letters of each day by where they were found; the table below has the numbers"
          viewBox={`0 0 ${CHART.width} ${CHART.height}`}
          preserveAspectRatio="none"
          className="h-40 w-full"
        >
          {days.map((day, index) => {
            const unseen = Math.max(0, day.sent - day.inbox - day.spam - day.missing);
            const parts = [
              [day.inbox, 'fill-good'],
              [day.spam, 'fill-bad'],
              [day.missing, 'fill-wait'],
              [unseen, 'fill-line-strong'],
            ] as const;
            let top = CHART.height;
            return (
              <g key={day.date}>
                <title>{`${dayOf(day.date)}: ${day.sent} of ${day.planned} sent`}</title>
                <rect
                  x={index * step + step * 0.15}
                  width={step * 0.7}
                  y={CHART.height - high(day.planned)}
                  height={high(day.planned)}
                  className="fill-sunken"
                />
                {parts.map(([letters, fill]) => {
                  top -= high(letters);
                  return (
                    <rect
                      key={fill}
                      x={index * step + step * 0.15}
                      width={step * 0.7}
                      y={top}
                      height={high(letters)}
                      className={fill}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
        <p className="flex flex-wrap gap-x-4 gap-y-1 py-2 text-ink-soft text-xs">
          {(
            [
              ['bg-good', 'Inbox'],
              ['bg-bad', 'Spam'],
              ['bg-wait', 'Nowhere'],
              ['bg-line-strong', 'Not looked for yet'],
              ['bg-sunken', 'Planned'],
            ] as const
          ).map(([colour, name]) => (
            <span key={name} className="flex items-center gap-1.5">
              <span aria-hidden className={`size-2.5 rounded-sm border border-line ${colour}`} />
              {name}
            </span>
          ))}
        </p>
      </div>
      <div className="max-h-72 overflow-y-auto border-line border-t">
        <PlainTable
          label="Days"
          head={[
            { name: 'Day' },
            { name: 'Planned', className: 'text-right' },
            { name: 'Sent', className: 'text-right' },
            { name: 'Replies', className: 'hidden text-right sm:table-cell' },
            { name: 'Inbox', className: 'text-right' },
            { name: 'Spam', className: 'text-right' },
            { name: 'Received', className: 'hidden text-right sm:table-cell' },
            { name: 'Opened', className: 'hidden text-right md:table-cell' },
            { name: 'Health', className: 'text-right' },
          ]}
        >
          {days.toReversed().map((day) => (
            <tr key={day.date} className="tabular-nums">
              <td>{dayOf(day.date)}</td>
              <td className="text-right">{count(day.planned)}</td>
              <td className="text-right">{count(day.sent)}</td>
              <td className="hidden text-right sm:table-cell">{count(day.replies)}</td>
              <td className="text-right">{count(day.inbox)}</td>
              <td className="text-right">{count(day.spam)}</td>
              <td className="hidden text-right sm:table-cell">{count(day.received)}</td>
              <td className="hidden text-right md:table-cell">{count(day.opened)}</td>
              <td className="text-right">{day.health_score ?? '–'}</td>
            </tr>
          ))}
        </PlainTable>
      </div>
    </Card>
  );
};
