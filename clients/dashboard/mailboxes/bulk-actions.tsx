// What can be done with many mailboxes at once, and what became of each.
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { ExportMany } from '../sequencers/export-many.tsx';
import { useSession } from '../session/session.ts';
import { TagMany } from '../tags/tag-many.tsx';
import { words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { dayOf, plural } from '../ui/format.tsx';
import { type Outcome, Outcomes } from '../ui/outcomes.tsx';
import { WarmUpMany } from '../warmup/warm-up-many.tsx';

type Mailbox = Row<'mailboxes.list'>;
type Results = {
  success: { email: string; status: string; ends_at: string | null }[];
  failed: { uid: string; error: string }[];
};

export const BulkActions = ({ uids, rows, onDone }: { uids: string[]; rows: Mailbox[]; onDone(): void }) => {
  const { may } = useSession();
  const [asking, setAsking] = useState<'forward' | 'tag' | 'export' | 'warm-up' | 'cancel' | null>(null);
  const [outcomes, setOutcomes] = useState<{ title: string; rows: Outcome[] } | null>(null);
  const [address, setAddress] = useState('');
  const [when, setWhen] = useState<'term_end' | 'now'>('term_end');
  const pause = useWrite('mailboxes.deactivate', { done: null });
  const wake = useWrite('mailboxes.reactivate', { done: null });
  const cancel = useWrite('mailboxes.cancel', { done: null, quiet: true });
  const forward = useWrite('mailboxes.set-up-forwarding', { done: null, quiet: true });
  const nameOf = (uid: string) => rows.find((row) => row.uid === uid)?.email ?? uid;
  const show = (title: string, results: Results) =>
    setOutcomes({
      title,
      rows: [
        ...results.success.map(({ email, status, ends_at }) => ({
          name: email,
          ok: true,
          message: ends_at ? `Works until ${dayOf(ends_at)}` : words(status),
        })),
        ...results.failed.map(({ uid, error }) => ({ name: nameOf(uid), ok: false, message: error })),
      ],
    });
  const tell = (title: string, told: Outcome[]) => setOutcomes({ title, rows: told });
  const close = () => setAsking(null);
  const many = plural(uids.length, 'mailbox', 'mailboxes');

  return (
    <>
      <Button
        size="small"
        busy={pause.isPending}
        onClick={() => pause.mutate({ uids }, { onSuccess: ({ results }) => show('Paused', results) })}
      >
        Pause
      </Button>
      {may('purchase') && (
        <Button
          size="small"
          busy={wake.isPending}
          onClick={() => wake.mutate({ uids }, { onSuccess: ({ results }) => show('Brought back', results) })}
        >
          Bring back
        </Button>
      )}
      <Button size="small" onClick={() => setAsking('forward')}>
        Forward
      </Button>
      <Button size="small" onClick={() => setAsking('tag')}>
        Tag
      </Button>
      <Button size="small" onClick={() => setAsking('export')}>
        Export
      </Button>
      {may('purchase') && (
        <Button size="small" onClick={() => setAsking('warm-up')}>
          Warm up
        </Button>
      )}
      <Button size="small" kind="danger" onClick={() => setAsking('cancel')}>
        Cancel
      </Button>
      <Confirm
        open={asking === 'forward'}
        onClose={close}
        title={`Forward mail of ${many}`}
        about="Each keeps its own copy. It can be changed or ended at any time."
        action="Forward"
        onConfirm={async () => {
          const { jobs } = await forward.mutateAsync({ uids, forwarding_email: address });
          setOutcomes({
            title: 'Forwarding',
            rows: jobs.map(({ uid, status }) => ({
              name: nameOf(uid),
              ok: status !== 'failed',
              message: status === 'failed' ? 'Could not be set up' : `Goes to ${address}`,
            })),
          });
        }}
      >
        <Field label="To">
          {(control) => (
            <Input
              {...control}
              type="email"
              required
              placeholder="ops@northpeak.example"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
      </Confirm>
      <Confirm
        open={asking === 'cancel'}
        onClose={close}
        title={`Cancel ${many}`}
        about={
          when === 'term_end'
            ? 'They work until the end of the time that is paid, and are not renewed. Until then it can be taken back.'
            : 'They stop at once: nobody signs in and nothing is sent. Nothing is paid back. Their mail is kept for some weeks, in which they can be brought back.'
        }
        {...(when === 'now' && { name: uids.length === 1 ? nameOf(uids[0]!) : `cancel ${uids.length}` })}
        action={`Cancel ${many}`}
        onConfirm={async () => {
          const { results } = await cancel.mutateAsync({ uids, when });
          show('Cancelled', results);
        }}
      >
        <Field label="When">
          {(control) => (
            <Select
              {...control}
              value={when}
              onChange={(event) => setWhen(event.target.value as typeof when)}
            >
              <option value="term_end">With the time that is paid</option>
              <option value="now">Now</option>
            </Select>
          )}
        </Field>
      </Confirm>
      <TagMany
        open={asking === 'tag'}
        onClose={close}
        what="mailbox"
        uids={uids}
        nameOf={nameOf}
        onDone={tell}
      />
      <ExportMany open={asking === 'export'} onClose={close} uids={uids} nameOf={nameOf} onDone={tell} />
      <WarmUpMany open={asking === 'warm-up'} onClose={close} uids={uids} nameOf={nameOf} onDone={tell} />
      <Outcomes
        title={outcomes?.title ?? ''}
        outcomes={outcomes?.rows ?? null}
        onClose={() => {
          setOutcomes(null);
          onDone();
        }}
      />
    </>
  );
};
