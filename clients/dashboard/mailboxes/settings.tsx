// The name of a mailbox's owner, and where its mail goes besides.
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox, Field, Input } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';

type Mailbox = Output<'mailboxes.details'>['mailbox'];

export const NameSettings = ({ mailbox }: { mailbox: Mailbox }) => {
  const [first, setFirst] = useState(mailbox.first_name);
  const [last, setLast] = useState(mailbox.last_name);
  const [username, setUsername] = useState(mailbox.username);
  const update = useWrite('mailboxes.update', { quiet: true });
  const renamed = username !== mailbox.username;
  return (
    <Card title="Name and address">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({
            uid: mailbox.uid,
            first_name: first,
            last_name: last,
            ...(renamed && { username }),
          });
        }}
      >
        <div className="grid grid-cols-2 gap-3">
          <Field label="First name">
            {(control) => (
              <Input {...control} value={first} onChange={(event) => setFirst(event.target.value)} />
            )}
          </Field>
          <Field label="Last name">
            {(control) => (
              <Input {...control} value={last} onChange={(event) => setLast(event.target.value)} />
            )}
          </Field>
        </div>
        <Field
          label={`Address, before @${mailbox.domain_name}`}
          problem={update.error ? messageOf(update.error) : undefined}
          hint={
            renamed
              ? `${mailbox.email} goes on working for some weeks. Programs that are signed in have to sign in again.`
              : undefined
          }
        >
          {(control) => (
            <Input
              {...control}
              spellCheck={false}
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" size="small" kind="primary" busy={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
};

export const ForwardingSettings = ({ mailbox }: { mailbox: Mailbox }) => {
  const [forwardTo, setForwardTo] = useState(mailbox.forwarding_email ?? '');
  const [keepCopy, setKeepCopy] = useState(mailbox.forwarding_keep_copy);
  const forward = useWrite('mailboxes.set-up-forwarding', { done: 'Saved', quiet: true });
  const end = useWrite('mailboxes.remove-forwarding', { done: 'Forwarding has ended' });
  return (
    <Card title="Forwarding" about="Mail that arrives also goes to">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          forward.mutate({ uids: [mailbox.uid], forwarding_email: forwardTo, keep_copy: keepCopy });
        }}
      >
        <Field label="Address" problem={forward.error ? messageOf(forward.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              type="email"
              placeholder="ops@northpeak.example"
              value={forwardTo}
              onChange={(event) => setForwardTo(event.target.value)}
            />
          )}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={keepCopy} onChange={(event) => setKeepCopy(event.target.checked)} />
          Keep a copy in the mailbox
        </label>
        <div className="flex gap-2">
          <Button type="submit" size="small" kind="primary" busy={forward.isPending}>
            Save
          </Button>
          {mailbox.forwarding_email && (
            <Button
              size="small"
              busy={end.isPending}
              onClick={() => {
                setForwardTo('');
                end.mutate({ uids: [mailbox.uid] });
              }}
            >
              End it
            </Button>
          )}
        </div>
      </form>
    </Card>
  );
};
