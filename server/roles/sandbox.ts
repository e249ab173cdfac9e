// The sandbox of a team: everything that makes a team, with credits that are no money.
import { createTeam, lockTeam, sandboxOfTeam, teamName } from '../features/accounts/index.ts';
import type { OpenSandbox } from '../features/api-keys/index.ts';
import { addCredits } from '../features/billing/index.ts';
import { creditsToMicros } from '../features/price-book/index.ts';
import { openBooks } from '../features/subscriptions/index.ts';
import { createWorkspace } from '../features/workspaces/index.ts';

const CREDITS = 10_000;

export const openSandbox: OpenSandbox = async (tx, teamUid, now) => {
  // Of two that ask for the first at once, the second gets that of the other.
  await lockTeam(tx, teamUid);
  const known = await sandboxOfTeam(tx, teamUid);
  if (known) return known;
  const name = `${await teamName(tx, teamUid)} (sandbox)`;
  const uid = await createTeam(tx, { name, createdAt: now, sandboxOf: teamUid });
  await openBooks(tx, uid, now);
  const amountMicros = creditsToMicros(CREDITS);
  await addCredits(tx, {
    teamUid: uid,
    amountMicros,
    key: `sandbox:${uid}`,
    description: 'Credits of the sandbox',
    now,
  });
  await createWorkspace(tx, uid, { name: 'Sandbox' }, now);
  return uid;
};
