// Invoices, to read and to keep.
import { Download } from 'lucide-react';
import { toast } from 'sonner';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { credits, dayOf } from '../ui/format.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, Failure, Loading, messageOf } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';

export const Invoices = () => {
  const { sdk } = useSession();
  const list = useRead('invoices.list', { limit: 100 });
  const download = async (uid: string, number: string) => {
    try {
      await saveFile(await sdk.invoices.get.file({ uid, format: 'pdf' }), `${number}.pdf`);
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  if (list.error && !list.data) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Loading />;
  return (
    <Card title="Invoices" flush>
      {list.data.total === 0 ? (
        <Empty title="No invoices yet">
          One is made at the end of every month in which something was charged.
        </Empty>
      ) : (
        <PlainTable
          label="Invoices"
          head={[
            { name: 'Number' },
            { name: 'Period', className: 'hidden sm:table-cell' },
            { name: 'Total', className: 'text-right' },
            { name: 'File', className: 'text-right' },
          ]}
        >
          {list.data.invoices.map(({ uid, number, period_start, period_end, total }) => (
            <tr key={uid}>
              <td className="font-medium">{number}</td>
              <td className="hidden text-ink-soft sm:table-cell">
                {dayOf(period_start)} – {dayOf(period_end)}
              </td>
              <td className="text-right tabular-nums">{credits(total)}</td>
              <td className="text-right">
                <Button
                  size="small"
                  aria-label={`Invoice ${number} as PDF`}
                  onClick={() => void download(uid, number)}
                >
                  <Download aria-hidden />
                  PDF
                </Button>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Card>
  );
};
