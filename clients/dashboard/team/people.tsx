// The people of the team: who they are, what they may do, and who was invited.
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Checkbox, Field, Input, Select } from '../ui/field.tsx';
import { dayOf, plural, Time } from '../ui/format.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { Pager } from '../ui/pager.tsx';
import { ToKeep } from '../ui/shown-once.tsx';
import { Empty, Loaded, messageOf } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

type Person = Output<'people.list'>['people'][number];
type Invitation = Output<'people.list'>['invitations'][number];
type Role = Person['role'];

const roles: Record<Role, string> = {
  owner: 'Everything, and who else is an owner',
  admin: 'Everything but what concerns owners',
  operator: 'Orders and changes domains and mailboxes, sees passwords',
  finance: 'Looks after the money; orders nothing',
  viewer: 'Looks at everything that is no secret',
  client: 'Looks at the workspaces they are a member of',
};

type Asked =
  | { act: 'role' | 'remove' | 'reset' | 'sign-out'; person: Person }
  | { act: 'withdraw'; invitation: Invitation };

export default function People() {
  useTitle('People');
  const { may, person: me } = useSession();
  const [page, setPage] = useState(1);
  const [inviting, setInviting] = useState(false);
  const [asked, ask] = useState<Asked | null>(null);
  const [link, setLink] = useState<{ to: string; link: string | null } | null>(null);
  const list = useRead('people.list', { page, limit: 50 }, { enabled: may('admin'), keep: true });
  if (!may('admin')) {
    return <Empty title="You may not look at people">Ask an admin of the team.</Empty>;
  }
  const invitations = list.data?.invitations ?? [];
  return (
    <Page>
      <PageHeader title="People" about={list.data ? plural(list.data.total, 'person', 'people') : '\u00a0'}>
        <Button kind="primary" onClick={() => setInviting(true)}>
          <Plus aria-hidden />
          Invite
        </Button>
      </PageHeader>
      {invitations.length > 0 && (
        <Card flush title="Invited, not here yet">
          <ul className="grid divide-y divide-line">
            {invitations.map((invitation) => (
              <li key={invitation.uid} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
                <span className="min-w-0 flex-1 truncate font-medium">{invitation.email}</span>
                <Badge>{words(invitation.role)}</Badge>
                <span className="text-ink-soft text-xs">
                  link ends <Time at={invitation.expires_at} />
                </span>
                <Button size="small" onClick={() => ask({ act: 'withdraw', invitation })}>
                  Withdraw
                </Button>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) =>
            shown.people.length === 0 ? (
              <Empty title="Nobody is in the team yet">
                The first start printed a link for the first owner. Others come by invitation.
              </Empty>
            ) : (
              <PlainTable
                label="People"
                head={[
                  { name: 'Name' },
                  { name: 'Role' },
                  { name: 'Signs in with', className: 'hidden md:table-cell' },
                  { name: 'Joined', className: 'hidden sm:table-cell' },
                  { name: 'Change', className: 'text-right' },
                ]}
              >
                {shown.people.map((person) => (
                  <tr key={person.uid}>
                    <td className="max-w-60">
                      <span className="block truncate font-medium">
                        {person.name} {person.uid === me?.person.uid && <Badge tone="good">you</Badge>}{' '}
                        {person.operator && <Badge tone="accent">operator</Badge>}
                      </span>
                      <span className="block truncate text-ink-soft text-xs">{person.email}</span>
                    </td>
                    <td>
                      <span title={roles[person.role]}>{words(person.role)}</span>
                    </td>
                    <td className="hidden md:table-cell">
                      <span className="flex flex-wrap gap-1">
                        <Badge>password</Badge>
                        {person.one_time_codes && <Badge tone="good">codes</Badge>}
                        {person.passkeys > 0 && (
                          <Badge tone="good">{plural(person.passkeys, 'passkey')}</Badge>
                        )}
                      </span>
                    </td>
                    <td className="hidden text-ink-soft sm:table-cell">{dayOf(person.joined_at)}</td>
                    <td className="text-right">
                      <Menu
                        trigger={
                          <Button size="small" aria-label={`Change ${person.name}`}>
                            Change
                          </Button>
                        }
                      >
                        <MenuItem onSelect={() => ask({ act: 'role', person })}>Role</MenuItem>
                        <MenuItem onSelect={() => ask({ act: 'reset', person })}>
                          Link for a new password
                        </MenuItem>
                        <MenuItem onSelect={() => ask({ act: 'sign-out', person })}>
                          Sign out everywhere
                        </MenuItem>
                        <MenuLine />
                        <MenuItem danger onSelect={() => ask({ act: 'remove', person })}>
                          Remove from the team
                        </MenuItem>
                      </Menu>
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      <Pager page={page} pages={list.data?.pages ?? 1} onPage={setPage} />
      <Invite open={inviting} onClose={() => setInviting(false)} onDone={setLink} />
      {asked && <Asking asked={asked} onClose={() => ask(null)} onLink={setLink} />}
      <HandOver link={link} onClose={() => setLink(null)} />
    </Page>
  );
}

const Invite = ({
  open,
  onClose,
  onDone,
}: {
  open: boolean;
  onClose(): void;
  onDone(made: { to: string; link: string | null }): void;
}) => {
  const { workspaces, person } = useSession();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [members, setMembers] = useState<string[]>([]);
  const invite = useWrite('people.invite', { done: null, quiet: true });
  const close = () => {
    setEmail('');
    setMembers([]);
    invite.reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Invite somebody"
      about="They follow a link, choose a password, and are in."
      footer={
        <Button kind="primary" type="submit" form="invite" busy={invite.isPending}>
          Invite
        </Button>
      }
    >
      <form
        id="invite"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = { email, role, ...(role === 'client' && { workspace_uids: members }) };
          invite.mutate(wanted, {
            onSuccess: ({ invitation, link }) => {
              close();
              onDone({ to: invitation.email, link });
            },
          });
        }}
      >
        <Field label="E-mail" problem={invite.error ? messageOf(invite.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <RoleField role={role} onRole={setRole} owners={person === null || person.team.role === 'owner'} />
        {role === 'client' && (
          <fieldset className="grid max-h-40 gap-1.5 overflow-y-auto">
            <legend className="mb-1 font-medium text-xs">Sees the workspaces</legend>
            {workspaces.map(({ uid, name }) => (
              <label key={uid} className="flex items-center gap-2">
                <Checkbox
                  checked={members.includes(uid)}
                  onChange={() =>
                    setMembers(
                      members.includes(uid) ? members.filter((one) => one !== uid) : [...members, uid],
                    )
                  }
                />
                <span className="truncate">{name}</span>
              </label>
            ))}
          </fieldset>
        )}
      </form>
    </Dialog>
  );
};

const RoleField = ({
  role,
  onRole,
  owners,
}: {
  role: Role;
  onRole(role: Role): void;
  /** Whether they may make owners. */
  owners: boolean;
}) => (
  <Field label="Role" hint={roles[role]}>
    {(control) => (
      <Select {...control} value={role} onChange={(event) => onRole(event.target.value as Role)}>
        {(Object.keys(roles) as Role[])
          .filter((name) => owners || name !== 'owner')
          .map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
      </Select>
    )}
  </Field>
);

const Asking = ({
  asked,
  onClose,
  onLink,
}: {
  asked: Asked;
  onClose(): void;
  onLink(made: { to: string; link: string | null }): void;
}) => {
  const { person: me } = useSession();
  const [role, setRole] = useState<Role>('person' in asked ? asked.person.role : 'viewer');
  const [removeFactors, setRemoveFactors] = useState(false);
  const update = useWrite('people.update', { done: 'The role is changed', quiet: true });
  const remove = useWrite('people.remove', { quiet: true });
  const reset = useWrite('people.reset-link', { done: null, quiet: true });
  const signOut = useWrite('people.sign-out', { done: 'They are signed out everywhere', quiet: true });
  if (asked.act === 'withdraw') {
    return (
      <Confirm
        open
        onClose={onClose}
        title={`Withdraw the invitation of ${asked.invitation.email}`}
        about="The link stops working. They can be invited again."
        action="Withdraw"
        onConfirm={() => remove.mutateAsync({ uid: asked.invitation.uid })}
      />
    );
  }
  const { person } = asked;
  switch (asked.act) {
    case 'role':
      return (
        <Confirm
          open
          onClose={onClose}
          title={`Role of ${person.name}`}
          about="It holds from their next request on."
          action="Change role"
          onConfirm={() => update.mutateAsync({ uid: person.uid, role })}
        >
          <RoleField role={role} onRole={setRole} owners={me === null || me.team.role === 'owner'} />
        </Confirm>
      );
    case 'reset':
      return (
        <Confirm
          open
          onClose={onClose}
          title={`New password for ${person.name}`}
          about="A link that is good once. Their password stays until they follow it."
          action="Make the link"
          onConfirm={async () => {
            const { link } = await reset.mutateAsync({ uid: person.uid, remove_factors: removeFactors });
            onLink({ to: person.email, link });
          }}
        >
          <label className="flex items-center gap-2">
            <Checkbox checked={removeFactors} onChange={(event) => setRemoveFactors(event.target.checked)} />
            Also take their one-time codes and passkeys away, because the device is lost
          </label>
        </Confirm>
      );
    case 'sign-out':
      return (
        <Confirm
          open
          onClose={onClose}
          title={`Sign ${person.name} out everywhere`}
          about="Every device of theirs has to sign in again."
          action="Sign out"
          onConfirm={() => signOut.mutateAsync({ uid: person.uid })}
        />
      );
    case 'remove':
      return (
        <Confirm
          open
          onClose={onClose}
          title={`Remove ${person.name}`}
          about="They are signed out at once. Keys that they made go on: look through them."
          name={person.email}
          action="Remove"
          onConfirm={() => remove.mutateAsync({ uid: person.uid })}
        />
      );
  }
};

/** The link, once; or that it was mailed. */
const HandOver = ({
  link,
  onClose,
}: {
  link: { to: string; link: string | null } | null;
  onClose(): void;
}) => (
  <Dialog
    open={link !== null}
    onClose={onClose}
    title={link?.link ? 'Hand this link over' : 'The link is mailed'}
    about={
      link?.link
        ? `To ${link.to}, the way you talk to each other. It is good once, and not shown again.`
        : `To ${link?.to}. It is good once.`
    }
    footer={
      <Button kind="primary" onClick={onClose}>
        Done
      </Button>
    }
  >
    {link?.link && <ToKeep value={link.link} label="link" />}
  </Dialog>
);
