// Whoever is signed in: their name, what proves that they are the one, and where else they are signed in.
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { askWhoIsSignedIn, useSession } from '../session/session.ts';
import { Badge, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { Field, Input } from '../ui/field.tsx';
import { Time } from '../ui/format.tsx';
import { Empty, Loaded, messageOf } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';
import { OneTimeCodes } from './one-time-codes.tsx';
import { Passkeys } from './passkeys.tsx';

export default function Account() {
  useTitle('My account');
  const { person } = useSession();
  if (!person) {
    return (
      <Empty title="You came with an API key">
        Sign in with your address and password to look after your own account.
      </Empty>
    );
  }
  return (
    <Page>
      <PageHeader title="My account" about={person.person.email} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Identity />
        <Password />
        <OneTimeCodes />
        <Passkeys />
      </div>
      <Sessions />
    </Page>
  );
}

const Identity = () => {
  const { person } = useSession();
  const [name, setName] = useState(person!.person.name);
  const rename = useWrite('people.rename', { done: 'Your name is changed', quiet: true });
  return (
    <Card title="You">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ name }, { onSuccess: askWhoIsSignedIn });
        }}
      >
        <Field label="Name" problem={rename.error ? messageOf(rename.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Facts>
          <Fact name="Team">{person!.team.name}</Fact>
          <Fact name="Role">
            {words(person!.team.role)} {person!.person.operator && <Badge tone="accent">operator</Badge>}
          </Fact>
        </Facts>
        <div>
          <Button type="submit" size="small" kind="primary" busy={rename.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
};

const Password = () => {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const change = useWrite('factors.change-password', {
    done: 'Your password is changed; other devices are signed out',
    quiet: true,
  });
  return (
    <Card title="Password">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            { password: old, new_password: next },
            {
              onSuccess: () => {
                setOld('');
                setNext('');
              },
            },
          );
        }}
      >
        <Field label="Password now">
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              value={old}
              onChange={(event) => setOld(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="New password"
          hint="At least 12 characters. A few words are easy to keep in mind."
          problem={change.error ? messageOf(change.error) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="new-password"
              value={next}
              onChange={(event) => setNext(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button
            type="submit"
            size="small"
            kind="primary"
            busy={change.isPending}
            disabled={old === '' || next === ''}
          >
            Change it
          </Button>
        </div>
      </form>
    </Card>
  );
};

/** `Mozilla/5.0 (X11; Linux x86_64) … Chrome/153.0` → `Chrome on Linux` */
const deviceOf = (userAgent: string): string => {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' };
  if (!browser) return userAgent.slice(0, 60) || 'Unknown device';
  return [names[browser] ?? browser, system && (names[system] ?? system)].filter(Boolean).join(' on ');
};

const Sessions = () => {
  const list = useRead('sessions.list');
  const revoke = useWrite('sessions.revoke', { done: 'That device is signed out' });
  const revokeOthers = useWrite('sessions.revoke-others', { done: 'All other devices are signed out' });
  const others = list.data?.sessions.filter(({ current }) => !current).length ?? 0;
  return (
    <Card
      flush
      title="Where you are signed in"
      action={
        others > 0 && (
          <Button size="small" busy={revokeOthers.isPending} onClick={() => revokeOthers.mutate({})}>
            Sign out everywhere else
          </Button>
        )
      }
    >
      <Loaded reading={list} rows={2}>
        {(shown) => (
          <PlainTable
            label="Sessions"
            head={[
              { name: 'Device' },
              { name: 'By', className: 'hidden md:table-cell' },
              { name: 'From', className: 'hidden sm:table-cell' },
              { name: 'Last seen' },
              { name: 'End it', className: 'text-right' },
            ]}
          >
            {shown.sessions.map((session) => (
              <tr key={session.uid}>
                <td title={session.user_agent}>
                  {deviceOf(session.user_agent)} {session.current && <Badge tone="good">this one</Badge>}
                </td>
                <td className="hidden text-ink-soft md:table-cell">{words(session.method)}</td>
                <td className="hidden text-ink-soft sm:table-cell">{session.last_seen_from ?? '–'}</td>
                <td className="text-ink-soft">
                  <Time at={session.last_seen_at} />
                </td>
                <td className="text-right">
                  {!session.current && (
                    <Button size="small" onClick={() => revoke.mutate({ uid: session.uid })}>
                      Sign out
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Loaded>
    </Card>
  );
};
