// Puts a tag on many domains or mailboxes, or takes it off, and says what became of each.
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { plural } from '../ui/format.tsx';
import type { ManyProps } from '../ui/outcomes.tsx';

const NEW = 'new';

export const TagMany = ({
  open,
  onClose,
  what,
  uids,
  nameOf,
  onDone,
}: ManyProps & { what: 'domain' | 'mailbox' }) => {
  const [chosen, choose] = useState('');
  const [name, setName] = useState('');
  const [act, setAct] = useState<'assign' | 'remove'>('assign');
  const tags = useRead('tags.list', {}, { enabled: open });
  const create = useWrite('tags.create', { done: null, quiet: true });
  const assign = useWrite('tags.assign', { done: null, quiet: true });
  const remove = useWrite('tags.remove', { done: null, quiet: true });
  const adds = act === 'assign';
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Tag ${plural(uids.length, what, what === 'domain' ? 'domains' : 'mailboxes')}`}
      about={adds ? 'The tag is added to those that they carry already.' : 'Their other tags stay.'}
      action={adds ? 'Add tag' : 'Take tag off'}
      onConfirm={async () => {
        if (!chosen) throw new Error('Choose a tag.');
        const uid = chosen === NEW ? (await create.mutateAsync({ name })).uid : chosen;
        const wish = {
          tag_uids: [uid],
          ...(what === 'domain' ? { domain_uids: uids } : { mailbox_uids: uids }),
        };
        const { results } = await (adds ? assign : remove).mutateAsync(wish);
        onDone(adds ? 'Tagged' : 'Tag taken off', [
          ...results.success.map((row) => ({
            name: nameOf(row.uid),
            ok: true,
            message: adds ? 'Carries the tag' : 'Does not carry the tag',
          })),
          ...results.failed.map((row) => ({ name: nameOf(row.uid), ok: false, message: row.error })),
        ]);
        choose('');
        setName('');
      }}
    >
      <div className="grid grid-cols-2 gap-3">
        <Field label="What to do">
          {(control) => (
            <Select
              {...control}
              value={act}
              onChange={(event) => {
                setAct(event.target.value as typeof act);
                if (chosen === NEW) choose('');
              }}
            >
              <option value="assign">Add a tag</option>
              <option value="remove">Take a tag off</option>
            </Select>
          )}
        </Field>
        <Field label="Tag">
          {(control) => (
            <Select {...control} value={chosen} onChange={(event) => choose(event.target.value)}>
              <option value="">Choose</option>
              {tags.data?.tags.map(({ uid, name: tag }) => (
                <option key={uid} value={uid}>
                  {tag}
                </option>
              ))}
              {adds && <option value={NEW}>A new one…</option>}
            </Select>
          )}
        </Field>
      </div>
      {chosen === NEW && (
        <Field label="Name of the new tag">
          {(control) => (
            <Input
              {...control}
              maxLength={50}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      )}
    </Confirm>
  );
};
