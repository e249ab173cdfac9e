// POST /people/accept: somebody follows a link into a team.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { validationFailed } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { linkNotValid, signInRefused, signInSlowed } from './errors.ts';
import { personEvent } from './events.ts';
import { type Link, linkSha256, linkToken } from './link.ts';
import { linkByToken, linkEnd, linkLock } from './link-store.ts';
import { givenPassword, hashPassword, newPassword, provePassword } from './password.ts';
import type { Person } from './person.ts';
import { personEmail, personName, personRow, personShape } from './schema.ts';
import {
  memberByUid,
  memberInsert,
  personByEmail,
  personInsert,
  personUpdate,
  workspaceMemberInsert,
} from './store.ts';

type Joining = Exclude<Link, { personUid: string }>;

export const acceptLink = defineEndpoint<FeatureContext>()({
  operation: 'people.accept',
  summary: 'Join by link',
  description:
    'Somebody who is new here chooses their name and password. Somebody who is in another team already proves with the ' +
    'password they have that they are the one. Signing in comes after it: `POST /sessions`.',
  method: 'POST',
  path: '/people/accept',
  scope: 'public',
  rateLimit: 'sign_in',
  status: 201,
  body: z.strictObject({
    token: linkToken,
    email: orAbsent(personEmail).meta({ description: 'With the link of a new installation, and no other.' }),
    name: orAbsent(personName).meta({ description: 'Of somebody new.' }),
    password: givenPassword,
  }),
  response: z.object({ team_uid: z.uuid(), person: personShape }),
  errors: [linkNotValid, signInRefused, signInSlowed],
  examples: { body: { token: 'kZ0f…', name: 'Mara Voss', password: 'four words of my own' } },
  async handle({ body, concerns, commit }, { db, clock }) {
    const link = await linkByToken(db, linkSha256(body.token), clock.now());
    if (!link || 'personUid' in link) throw linkNotValid('The link is not valid');
    const email = emailFor(link, body.email);
    const known = await personByEmail(db, email);
    if (known) concerns({ teamUid: link.teamUid, personUid: known.uid, proven: false });
    if (known) await provePassword({ db, clock }, known, body.password);
    const person = known ?? {
      uid: newId(),
      email,
      name: nameOf(body.name),
      passwordHash: await hashPassword(newOne(body.password)),
      operator: link.kind === 'set_up',
    };
    return commit(async (tx) => {
      const now = clock.now();
      if (!(await linkLock(tx, link.uid, now))) throw linkNotValid('The link is not valid');
      await linkEnd(tx, link.uid, now);
      concerns({ teamUid: link.teamUid, personUid: person.uid, proven: true });
      await join(tx, { person, isNew: known === null, link }, now);
      const member = (await memberByUid(tx, link.teamUid, person.uid))!;
      return { message: 'Joined successfully', team_uid: link.teamUid, person: personRow(member) };
    });
  },
});

const wrong = (path: string, message: string) =>
  validationFailed(message, { problems: [{ in: 'body', path, message }] });

const emailFor = (link: Joining, given: string | undefined): string => {
  if (link.kind === 'set_up') {
    if (given === undefined) throw wrong('email', 'email is missing: the link does not say whose it is');
    return given;
  }
  if (given !== undefined && given !== link.email) {
    throw wrong('email', `email is not the one that was invited: leave it out`);
  }
  return link.email;
};

const nameOf = (given: string | undefined): string => {
  if (given === undefined) throw wrong('name', 'name is missing');
  return given;
};

const newOne = (password: string): string => {
  if (!newPassword.safeParse(password).success) {
    throw wrong('password', 'password must have at least 12 characters');
  }
  return password;
};

const join = async (
  tx: Tx,
  { person, isNew, link }: { person: Person; isNew: boolean; link: Joining },
  now: Date,
): Promise<void> => {
  // Somebody else took the address a moment ago: the link was for one of them only.
  if (isNew && !(await personInsert(tx, person, now))) throw linkNotValid('The address is taken by now');
  if (!isNew && link.kind === 'set_up') await personUpdate(tx, person.uid, { operator: true });
  const { teamUid, role } = link;
  if (!(await memberInsert(tx, { teamUid, personUid: person.uid, role }, now))) return;
  for (const workspaceUid of link.kind === 'invitation' ? link.workspaceUids : []) {
    // One that was deleted since is none to be a member of.
    if (!(await findWorkspace(tx, teamUid, workspaceUid))) continue;
    await workspaceMemberInsert(tx, { workspaceUid, teamUid, personUid: person.uid }, now);
  }
  await recordEvents(tx, [personEvent('person.joined', { ...person, teamUid }, null, now, { role })]);
};
