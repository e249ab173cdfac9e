// Writes zones to the schema `published` as the control plane does.

import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';

export type ZoneFields = { serial?: number; negativeTtlS?: number };

/** A record as `owner type data` or `owner type ttl data`, the owner relative to the zone, `@` for the zone itself. */
export type RecordLine = string;

const DEFAULT_TTL_S = 300;

/** Makes the zone hold exactly these records, in one transaction. Without a serial the next one is taken. */
export async function publishZone(
  db: Db,
  zone: string,
  lines: RecordLine[],
  fields: ZoneFields = {},
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('published.zone')
      .values({
        name: zone,
        serial: fields.serial ?? 1,
        primary_ns: 'ns1.example.com',
        hostmaster: 'hostmaster.example.com',
        negative_ttl_s: fields.negativeTtlS ?? 60,
      })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet(({ ref, eb }) => ({
          serial: fields.serial ?? eb(ref('published.zone.serial'), '+', 1),
        })),
      )
      .execute();
    await tx.deleteFrom('published.record').where('zone', '=', zone).execute();
    const rows = lines.map((line) => ({ id: newId(), zone, ...recordOf(zone, line) }));
    if (rows.length > 0) await tx.insertInto('published.record').values(rows).execute();
  });
}

function recordOf(
  zone: string,
  line: RecordLine,
): { name: string; type: string; ttl_s: number; data: string } {
  const [, owner, type, ttl, data] = /^(\S+) (\S+) (?:(\d+)s )?(.*)$/.exec(line)!;
  return {
    name: owner === '@' ? zone : `${owner}.${zone}`,
    type: type!,
    ttl_s: ttl === undefined ? DEFAULT_TTL_S : Number(ttl),
    data: data!,
  };
}

export async function removeZone(db: Db, zone: string): Promise<void> {
  await db.deleteFrom('published.zone').where('name', '=', zone).execute();
}
