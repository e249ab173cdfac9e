// Warms many mailboxes up: the price first, then what became of each.
import { useRead, useWrite } from '../queries/operations.ts';
import { Confirm } from '../ui/dialog.tsx';
import { credits, plural } from '../ui/format.tsx';
import type { ManyProps } from '../ui/outcomes.tsx';
import { messageOf } from '../ui/states.tsx';

export const WarmUpMany = ({ open, onClose, uids, nameOf, onDone }: ManyProps) => {
  const price = useRead('warmup.add', { mailbox_uids: uids, dry_run: true }, { enabled: open, staleTime: 0 });
  const add = useWrite('warmup.add', { done: null, quiet: true });
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Warm ${plural(uids.length, 'mailbox', 'mailboxes')} up`}
      about="They write to each other, more from day to day, until they are paused or cancelled. It is renewed by the month."
      action={price.data ? `Warm up for ${credits(price.data.total_cost)}` : 'Warm up'}
      onConfirm={async () => {
        const { subscriptions, errors, skipped } = await add.mutateAsync({ mailbox_uids: uids });
        const added = new Set(subscriptions.map(({ mailbox_uid }) => mailbox_uid));
        const refused = new Map(errors.map(({ mailbox_uid, error }) => [mailbox_uid, error]));
        onDone(
          skipped > 0 ? `Warmed up, ${skipped} of them already before` : 'Warmed up',
          uids.map((uid) => ({
            name: nameOf(uid),
            ok: !refused.has(uid),
            message:
              refused.get(uid) ?? (added.has(uid) ? 'Begins when it is active' : 'Is warmed up already'),
          })),
        );
      }}
    >
      <p role="status" className="text-ink-soft">
        {price.error
          ? messageOf(price.error)
          : price.data
            ? `${credits(price.data.total_cost)} for the first month. The wallet has ${credits(price.data.credits_remaining)}.`
            : 'Looking up the price'}
      </p>
    </Confirm>
  );
};
