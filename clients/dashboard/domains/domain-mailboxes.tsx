// The mailboxes of one domain.
import { Link } from '@tanstack/react-router';
import { useRead } from '../queries/operations.ts';
import { Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';

const SHOWN = 100;

export const DomainMailboxes = ({ uid, name }: { uid: string; name: string }) => {
  const list = useRead('mailboxes.list', { domain_uid: uid, limit: SHOWN });
  if (list.error && !list.data) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Loading />;
  if (list.data.total === 0) {
    return (
      <Card>
        <Empty title={`No mailboxes on ${name}`}>
          Order some under “New order”: the domain is known there.
        </Empty>
      </Card>
    );
  }
  return (
    <Card flush>
      <ul className="divide-y divide-line">
        {list.data.mailboxes.map((mailbox) => (
          <li key={mailbox.uid} className="flex items-center justify-between gap-3 px-4 py-2.5">
            <Link
              to="/mailboxes/$uid"
              params={{ uid: mailbox.uid }}
              className="min-w-0 truncate font-medium hover:underline"
            >
              {mailbox.email}
            </Link>
            <Status status={mailbox.status} reason={mailbox.status_reason} />
          </li>
        ))}
      </ul>
      {list.data.total > SHOWN && (
        <div className="border-line border-t p-3 text-center">
          <Button size="small" asChild>
            <Link to="/mailboxes" search={{ q: name }}>
              Show all {list.data.total}
            </Link>
          </Button>
        </div>
      )}
    </Card>
  );
};
