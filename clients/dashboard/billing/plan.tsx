// The plan, and the way to another: what it costs from now on is shown before anything changes.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { count, credits, dayOf } from '../ui/format.tsx';
import { Failure, Loading, messageOf } from '../ui/states.tsx';

type PricingPlan = Output<'subscriptions.plans'>['plans'][number];

export const Plan = () => {
  const { may } = useSession();
  const subscription = useRead('subscriptions.get');
  const plans = useRead('subscriptions.plans');
  const [wanted, setWanted] = useState<PricingPlan | null>(null);
  const [ending, setEnding] = useState(false);
  const end = useWrite('subscriptions.cancel', { quiet: true });
  const keep = useWrite('subscriptions.uncancel');
  const error = subscription.error ?? plans.error;
  if (error && !(subscription.data && plans.data)) {
    return (
      <Failure
        error={error}
        onRetry={() => {
          void subscription.refetch();
          void plans.refetch();
        }}
      />
    );
  }
  if (!subscription.data || !plans.data) return <Loading />;
  const now = subscription.data.subscription;
  const mayChange = may('admin', 'money');
  return (
    <>
      <Card
        title={`${words(now.plan)}, ${now.cycle}`}
        action={
          <div className="flex items-center gap-2">
            <Status status={now.status} />
            {mayChange &&
              (now.cancel_at_period_end ? (
                <Button size="small" busy={keep.isPending} onClick={() => keep.mutate({})}>
                  Keep the plan
                </Button>
              ) : (
                now.status === 'active' && (
                  <Button size="small" kind="quiet" onClick={() => setEnding(true)}>
                    Cancel
                  </Button>
                )
              ))}
          </div>
        }
      >
        <Facts>
          <Fact name="Period">
            {dayOf(now.current_period_start)} – {dayOf(now.current_period_end)}
          </Fact>
          <Fact name="Included mailboxes">
            {count(now.used_mailboxes)} of {count(now.included_mailboxes)} in use
          </Fact>
          <Fact name="Each one more">{credits(now.extra_mailbox_price)} a month</Fact>
          {now.cancel_at_period_end && <Fact name="Ends">{dayOf(now.current_period_end)}</Fact>}
          {now.next_payment_at && now.next_payment_credits !== null && (
            <Fact name="Next payment">
              {credits(now.next_payment_credits)} on {dayOf(now.next_payment_at)}
            </Fact>
          )}
          {now.ends_if_unpaid_at && (
            <Fact name="Unpaid">
              <span className="text-bad">
                Ends on {dayOf(now.ends_if_unpaid_at)} unless the wallet can pay it
              </span>
            </Fact>
          )}
        </Facts>
      </Card>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {plans.data.plans.map((plan) => {
          const current = plan.name === now.plan && plan.cycle === now.cycle;
          return (
            <li
              key={plan.uid}
              className="grid content-between gap-3 rounded-lg border border-line bg-surface p-4"
            >
              <div>
                <p className="flex items-center justify-between gap-2">
                  <span className="font-semibold">{words(plan.name)}</span>
                  <Badge>{plan.cycle}</Badge>
                </p>
                <p className="mt-1">
                  <span className="font-semibold text-lg tabular-nums">{credits(plan.price_per_month)}</span>
                  <span className="text-ink-soft"> a month</span>
                </p>
                <p className="text-ink-soft text-xs">
                  {count(plan.included_mailboxes)} mailboxes included, each one more{' '}
                  {credits(plan.extra_mailbox_price)}
                </p>
              </div>
              {current ? (
                <Badge tone="accent">Your plan</Badge>
              ) : (
                mayChange && (
                  <Button size="small" className="justify-self-start" onClick={() => setWanted(plan)}>
                    Change to this
                  </Button>
                )
              )}
            </li>
          );
        })}
      </ul>
      {wanted && <ChangePlan plan={wanted} onClose={() => setWanted(null)} />}
      <Confirm
        open={ending}
        onClose={() => setEnding(false)}
        title="Cancel the plan"
        about={`It goes on until ${dayOf(now.current_period_end)}, and can be kept until then.`}
        action="Cancel the plan"
        onConfirm={() => end.mutateAsync({})}
      />
    </>
  );
};

const ChangePlan = ({ plan, onClose }: { plan: PricingPlan; onClose(): void }) => {
  const asked = { plan: plan.name, cycle: plan.cycle };
  const { sdk } = useSession();
  const price = useQuery({
    queryKey: ['subscriptions.change', asked],
    queryFn: ({ signal }) => sdk.subscriptions.change({ ...asked, dry_run: true }, { signal }),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const change = useWrite('subscriptions.change', { quiet: true });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Change to ${words(plan.name)}, ${plan.cycle}`}
      about={
        price.data
          ? `From ${dayOf(price.data.effective_at)} on. What is left of the period that is paid is counted.`
          : 'The price is being worked out.'
      }
      action={price.data ? `Change for ${credits(price.data.total_cost)}` : 'Change'}
      onConfirm={async () => {
        if (!price.data) throw new Error('The price is not known yet');
        await change.mutateAsync(asked);
      }}
    >
      {price.error ? (
        <p role="alert" className="text-bad">
          {messageOf(price.error)}
        </p>
      ) : !price.data ? (
        <Loading rows={2} />
      ) : (
        <table className="w-full">
          <caption className="sr-only">What the change costs</caption>
          <tbody>
            {price.data.lines.map((line) => (
              <tr key={line.description}>
                <td className="py-1">{line.description}</td>
                <td className="py-1 text-right tabular-nums">{credits(line.credits)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="border-line border-t font-semibold">
              <td className="py-2">To pay now</td>
              <td className="py-2 text-right tabular-nums">{credits(price.data.total_cost)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    </Confirm>
  );
};
