// What will be charged, and whether the wallet will hold it.
import { useRead } from '../queries/operations.ts';
import { Badge, words } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { credits, dayOf } from '../ui/format.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';

export const Upcoming = () => {
  const list = useRead('billing.upcoming');
  if (list.error && !list.data) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Loading />;
  const { charges, until, total_credits, short_at, missing_credits } = list.data;
  return (
    <Card title={`Until ${dayOf(until)}`} about={`${credits(total_credits)} at the prices of today`} flush>
      {short_at && (
        <p className="border-line border-b bg-bad-soft px-4 py-2 text-bad">
          The wallet holds {credits(missing_credits)} too little from {dayOf(short_at)} on. What cannot be
          paid is tried again every few hours, and suspended after some days.
        </p>
      )}
      {charges.length === 0 ? (
        <Empty title="Nothing is due">Renewals of domains, mailboxes and the plan are listed here.</Empty>
      ) : (
        <PlainTable
          label="Upcoming charges"
          head={[
            { name: 'Due' },
            { name: 'What' },
            { name: 'Credits', className: 'text-right' },
            { name: 'Wallet then', className: 'hidden text-right sm:table-cell' },
          ]}
        >
          {charges.map((charge) => (
            <tr key={`${charge.uid} ${charge.due_at}`}>
              <td className="whitespace-nowrap">{dayOf(charge.due_at)}</td>
              <td className="max-w-40 truncate sm:max-w-80">
                {charge.description} <Badge>{words(charge.type)}</Badge>
              </td>
              <td className="text-right tabular-nums">
                {charge.paid_with === 'included_seat' ? 'included' : credits(charge.credits)}
              </td>
              <td
                className={cn(
                  'hidden text-right tabular-nums sm:table-cell',
                  charge.balance_after < 0 ? 'text-bad' : 'text-ink-soft',
                )}
              >
                {credits(charge.balance_after)}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Card>
  );
};
