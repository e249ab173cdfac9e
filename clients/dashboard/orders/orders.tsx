// Orders of the workspace, newest first.
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { credits, plural, Time } from '../ui/format.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

export default function Orders() {
  useTitle('Orders');
  const { may } = useSession();
  const [page, setPage] = useState(1);
  const list = useRead('orders.list', { page, limit: 25 }, { keep: true });
  return (
    <Page>
      <PageHeader title="Orders" about={list.data ? plural(list.data.total, 'order') : '\u00a0'}>
        {may('purchase') && (
          <Button kind="primary" asChild>
            <Link to="/orders/new">
              <Plus aria-hidden />
              New order
            </Link>
          </Button>
        )}
      </PageHeader>
      <Card flush>
        <Loaded reading={list}>
          {(shown) =>
            shown.total === 0 ? (
              <Empty
                title="No orders yet"
                action={
                  may('purchase') && (
                    <Button kind="primary" asChild>
                      <Link to="/orders/new">Place the first one</Link>
                    </Button>
                  )
                }
              >
                An order buys domains and makes mailboxes on them, from the name to the first mail.
              </Empty>
            ) : (
              <PlainTable
                label="Orders"
                head={[
                  { name: 'Domains' },
                  { name: 'Status' },
                  { name: 'Mailboxes', className: 'text-right hidden sm:table-cell' },
                  { name: 'Cost', className: 'text-right' },
                  { name: 'Placed', className: 'text-right hidden sm:table-cell' },
                ]}
              >
                {shown.orders.map((order) => (
                  <tr key={order.order_id} className="hover:bg-sunken/60">
                    <td className="max-w-60 truncate">
                      <Link
                        to="/orders/$uid"
                        params={{ uid: order.order_id }}
                        className="font-medium hover:underline"
                      >
                        {order.domains.map(({ name }) => name).join(', ')}
                      </Link>
                    </td>
                    <td>
                      <Status status={order.status} reason={order.reason} />
                    </td>
                    <td className="hidden text-right tabular-nums sm:table-cell">
                      {order.domains.reduce((sum, { mailboxes }) => sum + mailboxes.length, 0)}
                    </td>
                    <td className="text-right tabular-nums">{credits(order.total_cost)}</td>
                    <td className="hidden text-right sm:table-cell">
                      <Time at={order.created_at} />
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      {list.data && <Pager page={page} pages={list.data.pages} onPage={setPage} />}
    </Page>
  );
}
