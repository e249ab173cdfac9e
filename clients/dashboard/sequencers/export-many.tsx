// Hands many mailboxes to one sequencer, and says what became of each.
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Select } from '../ui/field.tsx';
import { plural } from '../ui/format.tsx';
import type { ManyProps } from '../ui/outcomes.tsx';

export const ExportMany = ({ open, onClose, uids, nameOf, onDone }: ManyProps) => {
  const [chosen, choose] = useState('');
  const sequencers = useRead('sequencers.list', { limit: 500 }, { enabled: open });
  const hand = useWrite('sequencers.export', { done: null, quiet: true });
  const none = sequencers.data?.total === 0;
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Export ${plural(uids.length, 'mailbox', 'mailboxes')}`}
      about={
        none
          ? 'There is no sequencer yet: add one on the page Sequencers.'
          : 'They are handed over, and kept connected from then on. Those that are still being made go when they are ready.'
      }
      action="Export"
      onConfirm={async () => {
        if (!chosen) throw new Error('Choose a sequencer.');
        const { exports } = await hand.mutateAsync({ sequencer_uid: chosen, mailbox_uids: uids });
        const fine = (message: string) => (row: { mailbox_email: string }) => ({
          name: row.mailbox_email,
          ok: true,
          message,
        });
        onDone('Exported', [
          ...exports.created.map(fine('Is on its way')),
          ...exports.restarted.map(fine('Is on its way again')),
          ...exports.duplicates.map(fine('Was there already')),
          ...exports.refused.map(({ mailbox_uid, error }) => ({
            name: nameOf(mailbox_uid),
            ok: false,
            message: error,
          })),
        ]);
      }}
    >
      <Field label="Sequencer">
        {(control) => (
          <Select {...control} value={chosen} onChange={(event) => choose(event.target.value)}>
            <option value="">Choose</option>
            {sequencers.data?.data.map(({ uid, name, platform }) => (
              <option key={uid} value={uid}>
                {name} ({platform})
              </option>
            ))}
          </Select>
        )}
      </Field>
    </Confirm>
  );
};
