// Another team in the same installation, to prove that nobody sees what is theirs.
import { randomBytes } from 'node:crypto';
import { inTransaction } from '../../database/database.ts';
import { createTeam } from '../features/accounts/index.ts';
import { addCredits } from '../features/billing/index.ts';
import { creditsToMicros } from '../features/price-book/index.ts';
import { openBooks } from '../features/subscriptions/index.ts';
import { createWorkspace } from '../features/workspaces/index.ts';
import type { Installation } from '../roles/installation.ts';

export type Team = { key: string; teamUid: string; workspaceUid: string };

export const addTeam = ({ storage, keys, context }: Installation, credits = 1000): Promise<Team> =>
  inTransaction(storage.db, async (tx) => {
    const now = context.clock.now();
    const name = `Team ${randomBytes(4).toString('hex')}`;
    const teamUid = await createTeam(tx, { name, createdAt: now });
    await openBooks(tx, teamUid, now);
    const amountMicros = creditsToMicros(credits);
    if (credits > 0) await addCredits(tx, { teamUid, amountMicros, key: teamUid, description: 'Test', now });
    const workspace = await createWorkspace(tx, teamUid, { name: 'Default' }, now);
    return { key: await keys.issue(tx, { teamUid, name: 'Test' }), teamUid, workspaceUid: workspace.uid };
  });
