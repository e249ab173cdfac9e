// Programs that mailboxes may agree to: made here at the built-in sign-in, or allowed from outside.
import { useState } from 'react';
import type { Input as InputOf, Row } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Checkbox, Field, Input } from '../ui/field.tsx';
import { Pager } from '../ui/pager.tsx';
import { ToKeep } from '../ui/shown-once.tsx';
import { Empty, Loaded, messageOf } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';

type Client = Row<'oauth-clients.list'>;
type Scope = NonNullable<InputOf<'oauth-clients.create'>['scopes']>[number];

const scopes: Record<Scope, string> = {
  openid: 'Know which mailbox it is',
  email: 'Know its address',
  profile: 'Know its name',
  mail: 'Send and read its mail',
  offline_access: 'Go on while nobody is there',
};

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

export const OauthClients = () => {
  const { may, person } = useSession();
  const [page, setPage] = useState(1);
  const [asking, setAsking] = useState<'make' | 'allow' | null>(null);
  const [removing, setRemoving] = useState<Client | null>(null);
  const list = useRead('oauth-clients.list', { page, limit: 50 }, { keep: true });
  const approve = useWrite('oauth-clients.approve', { done: 'It may be agreed to from now on' });
  const remove = useWrite('oauth-clients.delete', { done: 'It may not be agreed to any more', quiet: true });
  const actions = may('admin') && (
    <span className="flex flex-wrap gap-2">
      <Button size="small" onClick={() => setAsking('allow')}>
        Allow an outside program
      </Button>
      <Button size="small" kind="primary" onClick={() => setAsking('make')}>
        Make a client
      </Button>
    </span>
  );
  return (
    <div className="grid gap-3">
      <div className="flex justify-end">{actions}</div>
      <Card flush>
        <Loaded reading={list} rows={3}>
          {(shown) =>
            shown.total === 0 ? (
              <Empty title="No program may ask yet">
                A mailbox agrees only to programs of this list: make a client for the mailboxes here, or allow
                one of a sequencer.
              </Empty>
            ) : (
              <PlainTable
                label="Programs"
                head={[
                  { name: 'Name' },
                  { name: 'Status' },
                  { name: 'Scopes', className: 'hidden md:table-cell' },
                  { name: 'Change', className: 'text-right' },
                ]}
              >
                {shown.clients.map((client) => (
                  <tr key={client.uid}>
                    <td className="max-w-64">
                      <span className="block truncate font-medium">{client.name}</span>
                      <span className="block truncate font-mono text-2xs text-ink-soft">
                        {client.client_id}
                      </span>
                    </td>
                    <td>
                      <Status status={client.approved ? 'active' : 'waits_for_approval'} />
                    </td>
                    <td className="hidden md:table-cell">
                      <span className="flex flex-wrap gap-1">
                        {client.scopes.map((scope) => (
                          <Badge key={scope}>{scope}</Badge>
                        ))}
                      </span>
                    </td>
                    <td className="text-right">
                      <span className="flex justify-end gap-2">
                        {!client.approved && client.second_approver === person?.person.uid && (
                          <Button
                            size="small"
                            kind="primary"
                            onClick={() => approve.mutate({ uid: client.uid })}
                          >
                            Approve
                          </Button>
                        )}
                        {may('admin') && (
                          <Button size="small" kind="danger" onClick={() => setRemoving(client)}>
                            Remove
                          </Button>
                        )}
                      </span>
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      <Pager page={page} pages={list.data?.pages ?? 1} onPage={setPage} />
      <MakeClient open={asking === 'make'} onClose={() => setAsking(null)} />
      <AllowClient open={asking === 'allow'} onClose={() => setAsking(null)} />
      {removing && (
        <Confirm
          open
          onClose={() => setRemoving(null)}
          title={`Remove ${removing.name}`}
          about={
            removing.kind === 'registered'
              ? 'Its tokens end at once, and no mailbox agrees to it any more. This cannot be taken back.'
              : 'No mailbox agrees to it any more. It can be allowed again.'
          }
          {...(removing.kind === 'registered' && { name: removing.name })}
          action="Remove"
          onConfirm={() => remove.mutateAsync({ uid: removing.uid })}
        />
      )}
    </div>
  );
};

const MakeClient = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const [name, setName] = useState('');
  const [redirects, setRedirects] = useState('');
  const [chosen, setChosen] = useState<Scope[]>(['openid', 'email', 'mail', 'offline_access']);
  const create = useWrite('oauth-clients.create', { done: null, quiet: true });
  const close = () => {
    setName('');
    setRedirects('');
    create.reset();
    onClose();
  };
  if (create.data) {
    return (
      <Dialog
        open={open}
        onClose={close}
        title="The new client"
        about="The secret is shown now and never again."
        footer={
          <Button kind="primary" onClick={close}>
            I have kept it
          </Button>
        }
      >
        <dl className="grid gap-2">
          {(
            [
              ['Client id', create.data.client_id],
              ['Client secret', create.data.client_secret],
              ['Issuer', create.data.issuer],
            ] as const
          ).map(([label, value]) => (
            <div key={label}>
              <dt className="text-2xs text-ink-soft">{label}</dt>
              <dd>
                <ToKeep value={value ?? ''} label={label} />
              </dd>
            </div>
          ))}
        </dl>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Make a client"
      about="For a program that mailboxes here sign in to."
      footer={
        <Button kind="primary" type="submit" form="make-client" busy={create.isPending}>
          Make it
        </Button>
      }
    >
      <form
        id="make-client"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name, redirect_uris: listOf(redirects), scopes: chosen });
        }}
      >
        <Field label="Name" hint="Shown to whoever agrees.">
          {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field
          label="Redirect addresses"
          hint="Several with blanks between them."
          problem={create.error ? messageOf(create.error) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              placeholder="https://app.northpeak.example/oauth/callback"
              value={redirects}
              onChange={(event) => setRedirects(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="grid gap-1.5">
          <legend className="mb-1 font-medium text-xs">May</legend>
          {(Object.keys(scopes) as Scope[]).map((scope) => (
            <label key={scope} className="flex items-center gap-2">
              <Checkbox
                checked={chosen.includes(scope)}
                onChange={() =>
                  setChosen(
                    chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope],
                  )
                }
              />
              <span>{scopes[scope]}</span>
              <span className="font-mono text-2xs text-ink-soft">{scope}</span>
            </label>
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
};

const AllowClient = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const [name, setName] = useState('');
  const [clientId, setClientId] = useState('');
  const [hosts, setHosts] = useState('');
  const [wanted, setWanted] = useState('');
  const allow = useWrite('oauth-clients.allow', { done: 'It may be agreed to from now on', quiet: true });
  const close = () => {
    for (const clear of [setName, setClientId, setHosts, setWanted]) clear('');
    allow.reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Allow an outside program"
      about="Mailboxes agree to it when it asks for no more than this, and leads nowhere else."
      footer={
        <Button kind="primary" type="submit" form="allow-client" busy={allow.isPending}>
          Allow
        </Button>
      }
    >
      <form
        id="allow-client"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          allow.mutate(
            {
              client_id: clientId,
              hosts: listOf(hosts),
              scopes: listOf(wanted),
              ...(name.trim() && { name }),
            },
            { onSuccess: close },
          );
        }}
      >
        <Field label="Name">
          {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Client id">
          {(control) => (
            <Input
              {...control}
              spellCheck={false}
              value={clientId}
              onChange={(event) => setClientId(event.target.value)}
            />
          )}
        </Field>
        <Field label="Hosts" hint="Where it may lead: app.example.com, *.example.com">
          {(control) => (
            <Input
              {...control}
              spellCheck={false}
              value={hosts}
              onChange={(event) => setHosts(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Scopes"
          hint="With blanks between them."
          problem={allow.error ? messageOf(allow.error) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              spellCheck={false}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
};
