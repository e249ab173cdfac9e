// A zone for the failure harness: registered, delegated, signed for and published, without the workflows that do so.
import { inTransaction } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { mailRecords } from '../../protocols/dns/mail-records.ts';
import { toHost } from '../../protocols/dns/names.ts';
import { parseRdata } from '../../protocols/dns/presentation.ts';
import { toFields } from '../../protocols/dns/record-fields.ts';
import { type NewRecord, publishZone, putManagedRecords } from '../features/dns/index.ts';
import type { Installation } from '../roles/installation.ts';
import { freshName } from './order-body.ts';
import { addTeam } from './second-team.ts';

export type TestZone = { domainUid: string; workspaceUid: string; name: string };

export const makeZone = async (installation: Installation): Promise<TestZone> => {
  const { context } = installation;
  const { db, clock, providers } = context;
  const { workspaceUid } = await addTeam(installation, 0);
  const zone = { domainUid: newId(), workspaceUid, name: freshName() };
  const nameservers = (await providers.dnsHost().nameservers(zone.name)).map(({ name }) => name);
  await providers
    .registrar()
    .register({ name: zone.name, years: 1, contact: null, nameservers, idempotencyKey: zone.domainUid });
  const mailHost = providers.mailboxHost('SMTP');
  const { dkim, mailHost: exchanger } = await mailHost.setUpDomain({
    name: zone.name,
    workspaceId: workspaceUid,
  });
  const wanted = mailRecords({ domain: zone.name, mailHost: exchanger, dkim, dmarc: { policy: 'none' } }).map(
    (record): NewRecord => {
      const { value, priority } = toFields(parseRdata(record.type, record.data));
      const { type, ttlS, purpose } = record;
      return {
        host: toHost(record.name, zone.name),
        type,
        value,
        priority: priority ?? null,
        ttlS,
        purpose,
      };
    },
  );
  await inTransaction(db, (tx) => putManagedRecords(tx, zone, wanted, clock.now()));
  await publishZone(context, zone.domainUid);
  return zone;
};

/** How often an event of this type was told of the domain. */
export const timesOfEvent = async ({ storage }: Installation, uid: string, type: string): Promise<number> => {
  const rows = await storage.db
    .selectFrom('event')
    .select('seq')
    .where('subject_uid', '=', uid)
    .where('type', '=', type)
    .execute();
  return rows.length;
};
