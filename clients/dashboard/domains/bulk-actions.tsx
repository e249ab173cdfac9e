// What can be done with many domains at once, and what became of each.
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { TagMany } from '../tags/tag-many.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Checkbox, Field, Input } from '../ui/field.tsx';
import { plural } from '../ui/format.tsx';
import { type Outcome, Outcomes } from '../ui/outcomes.tsx';

type Domain = Row<'domains.list'>;

export const BulkActions = ({ uids, rows, onDone }: { uids: string[]; rows: Domain[]; onDone(): void }) => {
  const [asking, setAsking] = useState<'forward' | 'tag' | 'remove' | null>(null);
  const [outcomes, setOutcomes] = useState<{ title: string; rows: Outcome[] } | null>(null);
  const [address, setAddress] = useState('');
  const [keepPath, setKeepPath] = useState(true);
  const verify = useWrite('dns.verify', { done: null });
  const repair = useWrite('dns.repair', { done: null });
  const forward = useWrite('domains.set-forwarding', { done: null, quiet: true });
  const remove = useWrite('domains.remove', { done: null, quiet: true });
  const nameOf = (uid: string) => rows.find((row) => row.uid === uid)?.name ?? uid;
  const show = (title: string, results: Outcome[]) => setOutcomes({ title, rows: results });
  const close = () => setAsking(null);
  const held = rows.filter(({ uid }) => uids.includes(uid));
  const mailboxes = held.reduce((sum, { assigned_mailboxes }) => sum + assigned_mailboxes, 0);

  return (
    <>
      <Button
        size="small"
        busy={verify.isPending}
        onClick={() =>
          verify.mutate(
            { uids },
            {
              onSuccess: ({ results }) =>
                show(
                  'DNS, as the world sees it',
                  results.map((result) => ({
                    name: result.domain,
                    ok: result.status === 'verified' && !result.needs_repair,
                    message:
                      result.error_message ??
                      (result.issues === 0
                        ? 'Every record is right'
                        : `${plural(result.issues, 'record')} wrong or missing`),
                  })),
                ),
            },
          )
        }
      >
        Check DNS
      </Button>
      <Button
        size="small"
        busy={repair.isPending}
        onClick={() =>
          repair.mutate(
            { uids },
            {
              onSuccess: ({ results }) =>
                show(
                  'Repaired',
                  results.map((result) => ({
                    name: result.domain,
                    ok: result.status !== 'failed',
                    message:
                      result.error_message ??
                      (result.actions.length === 0
                        ? 'Nothing had to be changed'
                        : result.actions.map(({ why }) => why).join(' · ')),
                  })),
                ),
            },
          )
        }
      >
        Repair DNS
      </Button>
      <Button size="small" onClick={() => setAsking('forward')}>
        Forward
      </Button>
      <Button size="small" onClick={() => setAsking('tag')}>
        Tag
      </Button>
      <Button size="small" kind="danger" onClick={() => setAsking('remove')}>
        Remove
      </Button>

      <Confirm
        open={asking === 'forward'}
        onClose={close}
        title={`Forward ${plural(uids.length, 'domain')}`}
        about="Visitors of the domains are sent to this address. It can be changed or taken back at any time."
        action="Forward"
        onConfirm={async () => {
          const { domains } = await forward.mutateAsync({
            uids,
            forwarding_url: address,
            keep_path: keepPath,
          });
          show(
            'Forwarding',
            domains.map(({ name }) => ({
              name,
              ok: true,
              message: address ? `Goes to ${address}` : 'Goes nowhere',
            })),
          );
        }}
      >
        <Field label="Web address" hint="Leave it empty to end the forwarding.">
          {(control) => (
            <Input
              {...control}
              type="url"
              placeholder="https://northpeak.example"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={keepPath} onChange={(event) => setKeepPath(event.target.checked)} />
          Keep path and query of the visitor
        </label>
      </Confirm>
      <TagMany
        open={asking === 'tag'}
        onClose={close}
        what="domain"
        uids={uids}
        nameOf={nameOf}
        onDone={show}
      />
      <Confirm
        open={asking === 'remove'}
        onClose={close}
        title={`Remove ${plural(uids.length, 'domain')}`}
        about={`Their DNS stops being answered${mailboxes > 0 ? `, and their ${plural(mailboxes, 'mailbox', 'mailboxes')} and all mail in them are removed` : ''}. Nothing is paid back, and this cannot be taken back.`}
        name={uids.length === 1 ? nameOf(uids[0]!) : `remove ${uids.length}`}
        action="Remove"
        onConfirm={async () => {
          const { result } = await remove.mutateAsync({ uids, confirm_mailboxes: true });
          show('Removed', [
            ...result.deleted.map(({ name }) => ({ name, ok: true, message: 'Is being removed' })),
            ...result.updated.map(({ name }) => ({ name, ok: true, message: 'Was being removed already' })),
          ]);
        }}
      />
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
