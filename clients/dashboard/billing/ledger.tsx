// Every movement of the wallet, with the balance after it.
import { Download } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Select } from '../ui/field.tsx';
import { credits, Time } from '../ui/format.tsx';
import { Pager } from '../ui/pager.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, Loaded, messageOf, NoResult } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';

export const Ledger = () => {
  const { sdk } = useSession();
  const [page, setPage] = useState(1);
  const [type, setType] = useState<'credit' | 'debit' | ''>('');
  const list = useRead('billing.wallet-logs', { page, limit: 25, ...(type && { type }) }, { keep: true });
  const download = async () => {
    try {
      await saveFile(
        await sdk.billing.walletLogs.file({ format: 'csv', ...(type && { type }) }),
        'wallet.csv',
      );
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <>
      <Card
        title="Ledger"
        about="Newest first"
        action={
          <div className="flex gap-2">
            <Select
              aria-label="Which movements"
              className="h-7 w-auto text-xs"
              value={type}
              onChange={(event) => {
                setType(event.target.value as typeof type);
                setPage(1);
              }}
            >
              <option value="">In and out</option>
              <option value="credit">In</option>
              <option value="debit">Out</option>
            </Select>
            <Button size="small" onClick={() => void download()}>
              <Download aria-hidden />
              CSV
            </Button>
          </div>
        }
        flush
      >
        <Loaded reading={list}>
          {(shown) =>
            shown.total === 0 ? (
              type ? (
                <NoResult what="movements" onClear={() => setType('')} />
              ) : (
                <Empty title="Nothing has moved yet">
                  Add credits, and every movement is listed here for good.
                </Empty>
              )
            ) : (
              <PlainTable
                label="Movements of the wallet"
                head={[
                  { name: 'What' },
                  { name: 'Reason', className: 'hidden sm:table-cell' },
                  { name: 'Credits', className: 'text-right' },
                  { name: 'Balance', className: 'hidden text-right sm:table-cell' },
                  { name: 'When', className: 'text-right' },
                ]}
              >
                {shown.logs.map((log) => (
                  <tr key={log.uid}>
                    <td className="max-w-40 truncate sm:max-w-80" title={log.description}>
                      {log.description}
                    </td>
                    <td className="hidden text-ink-soft sm:table-cell">{words(log.reason)}</td>
                    <td
                      className={cn(
                        'whitespace-nowrap text-right tabular-nums',
                        log.type === 'credit' && 'text-good',
                      )}
                    >
                      {log.type === 'credit' ? '+' : '−'}
                      {credits(Math.abs(log.credits))}
                    </td>
                    <td className="hidden text-right text-ink-soft tabular-nums sm:table-cell">
                      {credits(log.balance_after)}
                    </td>
                    <td className="text-right text-ink-soft">
                      <Time at={log.created_at} />
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      {list.data && <Pager page={page} pages={list.data.pages} onPage={setPage} />}
    </>
  );
};
