// Warm-up: which mailboxes write to each other, how far each is, and how healthy.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Select } from '../ui/field.tsx';
import { count, credits, dayOf, plural } from '../ui/format.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty, Loaded, NoResult } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

export type Warmup = Row<'warmup.list'>;

const statuses = ['pending', 'active', 'paused', 'cancelled'] as const;

export default function Warmups() {
  useTitle('Warm-up');
  const { may } = useSession();
  const [page, setPage] = useState(1);
  const [status, setStatus] = useState<(typeof statuses)[number] | ''>('');
  const [asked, ask] = useState<{ act: 'pause' | 'cancel'; warmup: Warmup } | null>(null);
  const list = useRead('warmup.list', { page, limit: 100, ...(status && { status }) }, { keep: true });
  const pause = useWrite('warmup.pause', { done: 'Paused', quiet: true });
  const resume = useWrite('warmup.resume', { done: 'It goes on' });
  const cancel = useWrite('warmup.cancel', { done: 'Cancelled', quiet: true });

  return (
    <Page>
      <PageHeader
        title="Warm-up"
        about={list.data ? plural(list.data.total, 'mailbox', 'mailboxes') : '\u00a0'}
      >
        <Select
          aria-label="Status"
          className="w-auto"
          value={status}
          onChange={(event) => {
            setStatus(event.target.value as typeof status);
            setPage(1);
          }}
        >
          <option value="">Every status</option>
          {statuses.map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
        </Select>
      </PageHeader>
      <Totals />
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) =>
            shown.total === 0 && status ? (
              <NoResult what="mailboxes" onClear={() => setStatus('')} />
            ) : shown.total === 0 ? (
              <Empty
                title="No mailbox is warmed up"
                action={
                  may('purchase') && (
                    <Button kind="primary" asChild>
                      <Link to="/mailboxes">Choose mailboxes</Link>
                    </Button>
                  )
                }
              >
                Mailboxes here write to each other, a few letters at first and more from day to day, so that
                their hosts have a history of mail that was wanted.
              </Empty>
            ) : (
              <PlainTable
                label="Warm-up"
                head={[
                  { name: 'Mailbox' },
                  { name: 'Status' },
                  { name: 'Health', className: 'text-right' },
                  { name: 'Inbox', className: 'hidden text-right sm:table-cell' },
                  { name: 'Day', className: 'hidden text-right md:table-cell' },
                  { name: 'Sent', className: 'hidden text-right md:table-cell' },
                  { name: 'Renews', className: 'hidden lg:table-cell' },
                  { name: 'Change', className: 'text-right' },
                ]}
              >
                {shown.subscriptions.map((warmup) => {
                  const { health_score, inbox_rate, warmup_day, emails_sent, warmup_status } =
                    warmup.cached_stats;
                  const uids = { mailbox_uids: [warmup.mailbox_uid] };
                  return (
                    <tr key={warmup.uid}>
                      <td className="max-w-64 truncate">
                        <Link
                          to="/warmup/$uid"
                          params={{ uid: warmup.mailbox_uid }}
                          className="font-medium hover:underline"
                        >
                          {warmup.mailbox_email}
                        </Link>
                      </td>
                      <td>
                        <Status
                          status={warmup.status}
                          reason={warmup.status_reason ?? words(warmup_status)}
                        />
                      </td>
                      <td className="text-right tabular-nums">{health_score ?? '–'}</td>
                      <td className="hidden text-right tabular-nums sm:table-cell">
                        {inbox_rate === null ? '–' : `${Math.round(inbox_rate)} %`}
                      </td>
                      <td className="hidden text-right tabular-nums md:table-cell">{count(warmup_day)}</td>
                      <td className="hidden text-right tabular-nums md:table-cell">{count(emails_sent)}</td>
                      <td className="hidden text-ink-soft lg:table-cell">
                        {dayOf(warmup.next_billing_date)}
                      </td>
                      <td className="text-right">
                        {may('write') && warmup.status !== 'cancelled' && (
                          <Menu
                            trigger={
                              <Button
                                size="small"
                                aria-label={`Change the warm-up of ${warmup.mailbox_email}`}
                              >
                                Change
                              </Button>
                            }
                          >
                            {warmup.status === 'paused' || warmup.status === 'pending' ? (
                              <MenuItem disabled={!may('purchase')} onSelect={() => resume.mutate(uids)}>
                                Go on
                              </MenuItem>
                            ) : (
                              <MenuItem onSelect={() => ask({ act: 'pause', warmup })}>Pause</MenuItem>
                            )}
                            <MenuLine />
                            <MenuItem danger onSelect={() => ask({ act: 'cancel', warmup })}>
                              Cancel
                            </MenuItem>
                          </Menu>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      <Pager page={page} pages={list.data?.pages ?? 1} onPage={setPage} />
      {asked && (
        <Confirm
          open
          onClose={() => ask(null)}
          title={`${asked.act === 'pause' ? 'Pause' : 'Cancel'} the warm-up of ${asked.warmup.mailbox_email}`}
          about={
            asked.act === 'pause'
              ? 'It writes no letters and gets none until it goes on. What is paid runs on, and it is not renewed.'
              : 'It stops at once. What is left of the month is there again when it is added anew.'
          }
          action={asked.act === 'pause' ? 'Pause' : 'Cancel the warm-up'}
          onConfirm={async () => {
            const write = asked.act === 'pause' ? pause : cancel;
            const { results } = await write.mutateAsync({ mailbox_uids: [asked.warmup.mailbox_uid] });
            const [failed] = results.failed;
            if (failed) throw new Error(failed.error);
          }}
        />
      )}
    </Page>
  );
}

const Totals = () => {
  const stats = useRead('warmup.stats');
  if (!stats.data) return null;
  const { activeCount, pendingCount, pausedCount, avgHealthScore, monthlyTotal } = stats.data.stats;
  const shown: [string, string][] = [
    ['Active', count(activeCount)],
    ['Waiting', count(pendingCount)],
    ['Paused', count(pausedCount)],
    ['Health', activeCount === 0 ? '–' : `${avgHealthScore} of 100`],
    ['A month', credits(monthlyTotal)],
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-5">
      {shown.map(([name, value]) => (
        <div key={name} className="bg-surface px-4 py-3 last:max-sm:col-span-2">
          <dt className="text-ink-soft text-xs">{name}</dt>
          <dd className="font-semibold text-lg tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
};
