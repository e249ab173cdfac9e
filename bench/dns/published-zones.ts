// Our side of the DNS benchmark: the zones in the schema `published`, and a process of the program with the role `dns`.
import { readFile } from 'node:fs/promises';
import { type Child, startChild } from '../child.ts';
import { INSTALLATION_PROGRAM, READY, withDatabase } from '../installation.ts';
import { HOSTMASTER, NAMESERVERS, recordsOf, SOA } from './zones.ts';

export const publishZones = (databaseUrl: string, zones: readonly string[]): Promise<void> =>
  withDatabase(databaseUrl, async (client) => {
    const records = zones.flatMap(recordsOf);
    await client.query(
      `insert into published.zone (name, serial, primary_ns, hostmaster, refresh_s, retry_s, expire_s, negative_ttl_s)
       select unnest($1::text[]), $2, $3, $4, $5, $6, $7, $8`,
      [
        zones,
        SOA.serial,
        NAMESERVERS[0],
        HOSTMASTER,
        SOA.refreshS,
        SOA.retryS,
        SOA.expireS,
        SOA.negativeTtlS,
      ],
    );
    await client.query(
      `insert into published.record (id, zone, name, type, ttl_s, data)
       select gen_random_uuid(), * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[])`,
      [
        records.map(({ zone }) => zone),
        records.map(({ name }) => name),
        records.map(({ type }) => type),
        records.map(({ ttlS }) => ttlS),
        records.map(({ data }) => data),
      ],
    );
    await client.query('vacuum analyze published.zone, published.record');
  });

/** As on a machine that only answers DNS: the settings a new user has, with the database and the key of another. */
export const startDnsRole = async (
  { databaseUrl, dataDir }: { databaseUrl: string; dataDir: string },
  directory: string,
  port: number,
): Promise<Child> =>
  startChild([INSTALLATION_PROGRAM], READY, {
    INBOXKIT_LOG: 'json',
    INBOXKIT_ROLES: 'dns',
    INBOXKIT_DATA_DIR: directory,
    INBOXKIT_DNS_PORT: String(port),
    INBOXKIT_SECRET_KEY: (await readFile(`${dataDir}/secret.key`, 'utf8')).trim(),
    DATABASE_URL: databaseUrl,
  });
