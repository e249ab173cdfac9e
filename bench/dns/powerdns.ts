// PowerDNS from Debian with its gpgsql backend, on a database of its own on the same PostgreSQL server, with its own
// tables and every cache as it comes.
import { readFile, writeFile } from 'node:fs/promises';
import { type Child, startProgram } from '../child.ts';
import { withDatabase } from '../installation.ts';
import { HOSTMASTER, NAMESERVERS, recordsOf, SOA } from './zones.ts';

export const POWERDNS_PACKAGES = {
  'pdns-server': 'pdns_server',
  'pdns-backend-pgsql': '/usr/share/doc/pdns-backend-pgsql/schema.pgsql.sql',
};

const DATABASE = 'bench_powerdns';

/** Makes its tables and fills them. Answers where its database is. */
export const fillPowerDns = async (databaseUrl: string, zones: readonly string[]): Promise<string> => {
  await withDatabase(databaseUrl, (client) => client.query(`create database ${DATABASE}`));
  const url = new URL(databaseUrl);
  url.pathname = `/${DATABASE}`;
  const schema = await readFile(POWERDNS_PACKAGES['pdns-backend-pgsql'], 'utf8');
  await withDatabase(url.href, async (client) => {
    await client.query(schema);
    await client.query("insert into domains (name, type) select unnest($1::text[]), 'NATIVE'", [zones]);
    const soa = `${NAMESERVERS[0]}. ${HOSTMASTER}. ${SOA.serial} ${SOA.refreshS} ${SOA.retryS} ${SOA.expireS} ${SOA.negativeTtlS}`;
    await client.query(
      `insert into records (domain_id, name, type, content, ttl, prio, disabled, auth)
       select id, name, 'SOA', $1, $2, 0, false, true from domains`,
      [soa, SOA.ttlS],
    );
    const records = zones.flatMap(recordsOf);
    // It keeps the preference of MX and SRV in a column of its own.
    const split = records.map(({ type, data }) => {
      const parts = /^(\d+) (.*)$/.exec(data);
      return parts && (type === 'MX' || type === 'SRV')
        ? { prio: Number(parts[1]), data: parts[2]! }
        : { prio: 0, data };
    });
    await client.query(
      `insert into records (domain_id, name, type, content, ttl, prio, disabled, auth)
       select d.id, r.name, r.type, r.content, r.ttl, r.prio, false, true
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[])
           as r (zone, name, type, content, ttl, prio) join domains d on d.name = r.zone`,
      [
        records.map(({ zone }) => zone),
        records.map(({ name }) => name),
        records.map(({ type }) => type),
        split.map(({ data }) => data),
        records.map(({ ttlS }) => ttlS),
        split.map(({ prio }) => prio),
      ],
    );
    await client.query('vacuum analyze');
  });
  return url.href;
};

export const startPowerDns = async (databaseUrl: string, directory: string, port: number): Promise<Child> => {
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl);
  const settings = {
    launch: 'gpgsql',
    'gpgsql-host': hostname,
    'gpgsql-port': databasePort,
    'gpgsql-user': username,
    'gpgsql-password': decodeURIComponent(password),
    'gpgsql-dbname': pathname.slice(1),
    'local-address': '127.0.0.1',
    'local-port': String(port),
    'socket-dir': directory,
    daemon: 'no',
    guardian: 'no',
    'write-pid': 'no',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(`${directory}/pdns.conf`, lines.join(''));
  return startProgram('pdns_server', [`--config-dir=${directory}`], /ready to distribute questions/);
};
