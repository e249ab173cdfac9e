// Accounts at sequencers: whether each lets us in, and how many mailboxes it says are connected.
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { count, plural } from '../ui/format.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';
import { AddSequencer } from './add.tsx';

export default function Sequencers() {
  useTitle('Sequencers');
  const { may } = useSession();
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const list = useRead('sequencers.list', { page, limit: 50 }, { keep: true });
  const add = may('secrets') && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add a sequencer
    </Button>
  );
  return (
    <Page>
      <PageHeader title="Sequencers" about={list.data ? plural(list.data.total, 'account') : '\u00a0'}>
        {add}
      </PageHeader>
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) =>
            shown.total === 0 ? (
              <Empty title="No sequencer yet" action={add}>
                Add the account that sends your sequences: mailboxes are handed over, kept connected, and told
                every new password.
              </Empty>
            ) : (
              <PlainTable
                label="Sequencers"
                head={[
                  { name: 'Name' },
                  { name: 'Status' },
                  { name: 'Connected', className: 'text-right' },
                  { name: 'On the way', className: 'hidden text-right sm:table-cell' },
                  { name: 'Failed', className: 'text-right' },
                ]}
              >
                {shown.data.map(({ uid, name, platform, status, status_reason, exports }) => (
                  <tr key={uid}>
                    <td className="max-w-60 truncate">
                      <Link to="/sequencers/$uid" params={{ uid }} className="font-medium hover:underline">
                        {name}
                      </Link>{' '}
                      <Badge>{platform}</Badge>
                    </td>
                    <td>
                      <Status status={status} reason={status_reason} />
                    </td>
                    <td className="text-right tabular-nums">{count(exports.completed ?? 0)}</td>
                    <td className="hidden text-right text-ink-soft tabular-nums sm:table-cell">
                      {count((exports.queued ?? 0) + (exports.processing ?? 0))}
                    </td>
                    <td
                      className={`text-right tabular-nums ${exports.failed ? 'text-bad' : 'text-ink-soft'}`}
                    >
                      {count(exports.failed ?? 0)}
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      <Pager page={page} pages={list.data?.pages ?? 1} onPage={setPage} />
      <AddSequencer open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}
