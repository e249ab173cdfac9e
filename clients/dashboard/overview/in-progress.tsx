// What is being made just now, and how long it has been at the stage it is at.
import { Link } from '@tanstack/react-router';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { credits, duration, plural, useNow } from '../ui/format.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';

const SHOWN = 5;

export const InProgress = () => {
  const { may } = useSession();
  const orders = useRead('orders.list', { limit: 20 });
  const now = useNow(1_000);
  if (orders.error && !orders.data) {
    return (
      <Card title="In progress">
        <Failure error={orders.error} onRetry={() => void orders.refetch()} />
      </Card>
    );
  }
  if (!orders.data) {
    return (
      <Card title="In progress" flush>
        <Loading rows={3} />
      </Card>
    );
  }
  const open = orders.data.orders.filter(({ status }) => status !== 'done' && status !== 'error');
  return (
    <Card title="In progress" flush>
      {open.length === 0 ? (
        <Empty
          title="No order is under way"
          action={
            may('purchase') && (
              <Button size="small" asChild>
                <Link to="/orders/new">Place one</Link>
              </Button>
            )
          }
        >
          Orders are shown here with the stage each domain and mailbox is at.
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {open.slice(0, SHOWN).map((order) => (
            <li key={order.order_id} className="grid gap-1.5 px-4 py-3">
              <p className="flex justify-between gap-2">
                <Link
                  to="/orders/$uid"
                  params={{ uid: order.order_id }}
                  className="truncate font-medium hover:underline"
                >
                  {order.domains.map(({ name }) => name).join(', ')}
                </Link>
                <span className="tabular-nums">{credits(order.total_cost)}</span>
              </p>
              {order.domains.slice(0, SHOWN).map(({ uid, name, status, since, mailboxes }) => (
                <p key={uid} className="flex justify-between gap-2 text-ink-soft text-xs">
                  <span className="truncate">
                    {name}: {words(status)}
                    {mailboxes.length > 0 &&
                      `, ${mailboxes.filter((mailbox) => mailbox.status === 'active').length} of ${plural(mailboxes.length, 'mailbox', 'mailboxes')} ready`}
                  </span>
                  <span className="shrink-0 tabular-nums">
                    {duration(Math.max(0, (now - new Date(since).getTime()) / 1000))}
                  </span>
                </p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};
