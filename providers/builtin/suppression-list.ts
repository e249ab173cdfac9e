// The suppression lists of workspaces, in the mail plane's own table.
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { normalizeAddress } from '../../protocols/mail/address.ts';
import { MOST_COUNTED } from '../contracts/mail-queue.ts';
import type { SuppressionList, SuppressionSource } from '../contracts/suppression-list.ts';
import { change, read } from './database-failure.ts';

export const createSuppressionList = ({ db, clock }: { db: Db; clock: Clock }): SuppressionList => ({
  page: (workspaceId, { keyword, source }, { limit, offset, after }) =>
    read(async () => {
      let matching = db.selectFrom('mail.suppression').where('workspace_id', '=', workspaceId);
      if (source) matching = matching.where('source', '=', source);
      if (keyword) {
        matching = matching.where('address', 'ilike', `%${keyword.replace(/[\\%_]/g, '\\$&')}%`);
      }
      const counted = await db
        .selectFrom(matching.select('id').limit(MOST_COUNTED).as('counted'))
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const rows = await matching
        .select(['id', 'address', 'source', 'reason', 'created_at'])
        .$if(after !== null, (query) =>
          query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}, ${after?.uid}::uuid)`),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      const suppressions = rows.map((row) => ({
        id: row.id,
        address: row.address,
        source: row.source as SuppressionSource,
        reason: row.reason,
        createdAt: row.created_at,
      }));
      return { suppressions, total: Number(counted.total) };
    }),

  add: (workspaceId, entries, source) =>
    change(db, async (tx) => {
      const byAddress = new Map(entries.map(({ address, reason }) => [normalized(address), reason]));
      if (byAddress.size === 0) return [];
      const addresses = [...byAddress.keys()];
      // One parameter for each column: a statement takes 65,535, and an import has more lines than that.
      const { rows } = await sql<{ address: string }>`
        insert into mail.suppression (id, workspace_id, address, source, reason, created_at)
        select id, ${workspaceId}, address, ${source}, reason, ${clock.now()}
        from unnest(${addresses.map(() => newId())}::uuid[], ${addresses}::text[],
          ${[...byAddress.values()]}::text[]) as given (id, address, reason)
        on conflict (workspace_id, address) do nothing
        returning address`.execute(tx);
      return rows.map(({ address }) => address);
    }),

  remove: (workspaceId, addresses) =>
    change(db, async (tx) => {
      const removed = await tx
        .deleteFrom('mail.suppression')
        .where('workspace_id', '=', workspaceId)
        .where(sql<boolean>`address = any(${addresses.map(normalized)}::text[])`)
        .returning('address')
        .execute();
      return removed.map(({ address }) => address);
    }),
});

const normalized = (address: string): string => normalizeAddress(address) ?? address;
