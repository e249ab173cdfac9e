// Keys of the team: what each may do, where, and when it was last used.
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Checkbox, Field, Input, Select } from '../ui/field.tsx';
import { dayOf, plural, Time } from '../ui/format.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { Empty, Loaded, messageOf } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

type Key = Row<'api-keys.list'>;

const scopes = {
  read: 'Look at everything that is no secret',
  write: 'Change what is there',
  purchase: 'Spend credits',
  secrets: 'See and set passwords',
  admin: 'Decide about keys, workspaces and the plan',
} as const;
type Scope = keyof typeof scopes;

export default function Keys() {
  useTitle('API keys');
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const list = useRead('api-keys.list', { limit: 100 }, { enabled: may('admin') });
  const revoke = useWrite('api-keys.revoke', { done: 'The key is revoked', quiet: true });
  if (!may('admin')) {
    return <Empty title="You may not look at keys">Ask an admin of the team.</Empty>;
  }
  return (
    <Page>
      <PageHeader title="API keys" about={list.data ? plural(list.data.total, 'key') : '\u00a0'}>
        <Button kind="primary" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          New key
        </Button>
      </PageHeader>
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) => (
            <PlainTable
              label="API keys"
              head={[
                { name: 'Name' },
                { name: 'May', className: 'hidden md:table-cell' },
                { name: 'Status' },
                { name: 'Last used', className: 'hidden sm:table-cell' },
                { name: 'Ends', className: 'hidden md:table-cell' },
                { name: 'End it', className: 'text-right' },
              ]}
            >
              {shown.keys.map((key) => (
                <tr key={key.uid}>
                  <td className="max-w-52 truncate">
                    <span className="font-medium">{key.name}</span>{' '}
                    {key.operator && <Badge tone="accent">operator</Badge>}
                  </td>
                  <td className="hidden md:table-cell">
                    <span className="flex flex-wrap gap-1">
                      {key.scopes.length === Object.keys(scopes).length ? (
                        <Badge>everything</Badge>
                      ) : (
                        key.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)
                      )}
                    </span>
                  </td>
                  <td>
                    <Status status={key.status} />
                  </td>
                  <td className="hidden text-ink-soft sm:table-cell">
                    {key.last_used_at ? <Time at={key.last_used_at} /> : 'Never'}
                  </td>
                  <td className="hidden text-ink-soft md:table-cell">{dayOf(key.expires_at)}</td>
                  <td className="text-right">
                    {(key.status === 'active' || key.status === 'ending') && (
                      <Button size="small" kind="danger" onClick={() => setRevoking(key)}>
                        Revoke
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </PlainTable>
          )}
        </Loaded>
      </Card>
      <NewKey open={adding} onClose={() => setAdding(false)} />
      {revoking && (
        <Confirm
          open
          onClose={() => setRevoking(null)}
          title={`Revoke ${revoking.name}`}
          about="Programs that use it are refused from now on. This cannot be taken back."
          name={revoking.name}
          action="Revoke"
          onConfirm={() => revoke.mutateAsync({ uid: revoking.uid })}
        />
      )}
    </Page>
  );
}

const NewKey = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const { workspace } = useSession();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Scope[]>(['read']);
  const [here, setHere] = useState(false);
  const [days, setDays] = useState('90');
  const create = useWrite('api-keys.create', { done: null, quiet: true });
  const close = () => {
    setName('');
    create.reset();
    onClose();
  };
  if (create.data) {
    return <ShownOnce value={create.data.api_key} label="API key" title="The new key" onClose={close} />;
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="New key"
      about="Give it no more than the program needs."
      footer={
        <Button
          kind="primary"
          busy={create.isPending}
          disabled={name.trim() === '' || chosen.length === 0}
          onClick={() =>
            create.mutate({
              name,
              scopes: chosen,
              ...(here && { workspace_uids: [workspace.uid] }),
              ...(days && { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
            })
          }
        >
          Make the key
        </Button>
      }
    >
      <div className="grid gap-4">
        <Field label="Name" problem={create.error ? messageOf(create.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              placeholder="Nightly export"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="grid gap-1.5">
          <legend className="mb-1 font-medium text-xs">May</legend>
          {Object.entries(scopes).map(([scope, about]) => (
            <label key={scope} className="flex items-center gap-2">
              <Checkbox
                checked={chosen.includes(scope as Scope)}
                onChange={() =>
                  setChosen(
                    chosen.includes(scope as Scope)
                      ? chosen.filter((one) => one !== scope)
                      : [...chosen, scope as Scope],
                  )
                }
              />
              <span className="w-16 font-mono text-xs">{scope}</span>
              <span className="text-ink-soft text-xs">{about}</span>
            </label>
          ))}
        </fieldset>
        <Field label="Ends">
          {(control) => (
            <Select {...control} value={days} onChange={(event) => setDays(event.target.value)}>
              <option value="30">In 30 days</option>
              <option value="90">In 90 days</option>
              <option value="365">In a year</option>
              <option value="">Never</option>
            </Select>
          )}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={here} onChange={(event) => setHere(event.target.checked)} />
          Only in the workspace {workspace.name}
        </label>
      </div>
    </Dialog>
  );
};
