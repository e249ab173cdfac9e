// The wallet: what is in it, what went in and out, what will, and the plan.
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { credits } from '../ui/format.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTitle } from '../ui/title.ts';
import { AddCredits } from './add-credits.tsx';
import { Invoices } from './invoices.tsx';
import { Ledger } from './ledger.tsx';
import { Plan } from './plan.tsx';
import { Upcoming } from './upcoming.tsx';

export default function Billing() {
  useTitle('Billing');
  const { may } = useSession();
  const wallet = useRead('billing.wallet');
  return (
    <Page>
      <PageHeader title="Billing" about="One credit is one US dollar">
        {may('purchase', 'money') && <AddCredits />}
      </PageHeader>
      {wallet.error && !wallet.data ? (
        <Failure error={wallet.error} onRetry={() => void wallet.refetch()} />
      ) : (
        <Card>
          <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
            <Figure name="In the wallet" value={wallet.data?.credits_remaining} large />
            <Figure name="Set aside" value={wallet.data?.credits_reserved} />
            <Figure
              name="Spent so far"
              value={wallet.data && wallet.data.credits_used - wallet.data.credits_reserved}
            />
            <Figure name="Put in so far" value={wallet.data?.total_credits} />
          </dl>
          {!!wallet.data?.credits_owed && (
            <p className="mt-3 rounded bg-bad-soft px-3 py-2 text-bad text-xs">
              {credits(wallet.data.credits_owed)} are owed for payments that were taken back; the next credits
              pay them.
            </p>
          )}
        </Card>
      )}
      <Tabs
        label="Parts of billing"
        tabs={[
          { id: 'ledger', name: 'Ledger', content: <Ledger /> },
          { id: 'upcoming', name: 'Upcoming', content: <Upcoming /> },
          { id: 'invoices', name: 'Invoices', content: <Invoices /> },
          { id: 'plan', name: 'Plan', content: <Plan /> },
        ]}
      />
    </Page>
  );
}

const Figure = ({ name, value, large }: { name: string; value: number | undefined; large?: boolean }) => (
  <div>
    <dt className="text-ink-soft text-xs">{name}</dt>
    <dd
      className={
        large ? 'font-semibold text-2xl tabular-nums tracking-tight' : 'text-base tabular-nums sm:pt-1.5'
      }
    >
      {value === undefined ? <Skeleton className="h-6 w-20" /> : credits(value)}
    </dd>
  </div>
);
