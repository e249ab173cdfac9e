// Adds an endpoint, and shows its signing secret the only time it can be seen.
import { useState } from 'react';
import { useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checkbox, Field, Input } from '../ui/field.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { messageOf } from '../ui/states.tsx';

const kinds = ['domain.*', 'mailbox.*', 'order.*', 'dns.*', 'wallet.*', 'payment.*'];

export const NewEndpoint = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const { workspace } = useSession();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>([]);
  const [here, setHere] = useState(false);
  const create = useWrite('webhooks.create', { done: null, quiet: true });
  const close = () => {
    setUrl('');
    setTypes([]);
    create.reset();
    onClose();
  };
  if (create.data) {
    return (
      <ShownOnce
        value={create.data.secret}
        label="signing secret"
        title="The signing secret"
        about="Deliveries are signed with it, as Standard Webhooks says."
        onClose={close}
      />
    );
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="New endpoint"
      footer={
        <Button
          kind="primary"
          busy={create.isPending}
          disabled={url === ''}
          onClick={() =>
            create.mutate({ url, event_types: types, ...(here && { workspace_uid: workspace.uid }) })
          }
        >
          Add
        </Button>
      }
    >
      <div className="grid gap-4">
        <Field label="Address" problem={create.error ? messageOf(create.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              type="url"
              placeholder="https://hooks.northpeak.example/inboxkit"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="grid gap-1.5">
          <legend className="mb-1 font-medium text-xs">Told of (none chosen: everything)</legend>
          <div className="grid grid-cols-2 gap-1.5">
            {kinds.map((kind) => (
              <label key={kind} className="flex items-center gap-2 font-mono text-xs">
                <Checkbox
                  checked={types.includes(kind)}
                  onChange={() =>
                    setTypes(types.includes(kind) ? types.filter((one) => one !== kind) : [...types, kind])
                  }
                />
                {kind}
              </label>
            ))}
          </div>
        </fieldset>
        <label className="flex items-center gap-2">
          <Checkbox checked={here} onChange={(event) => setHere(event.target.checked)} />
          Only of the workspace {workspace.name}
        </label>
      </div>
    </Dialog>
  );
};
