// NSD from Debian: zone files, compiled into memory before it starts.
import { mkdir, writeFile } from 'node:fs/promises';
import { type Child, startProgram } from '../child.ts';
import { HOSTMASTER, NAMESERVERS, recordsOf, SOA } from './zones.ts';

export const NSD_PACKAGES = { nsd: 'nsd' };

export const fillNsd = async (directory: string, zones: readonly string[]): Promise<void> => {
  await mkdir(`${directory}/zones`);
  for (const zone of zones) await writeFile(`${directory}/zones/${zone}`, zoneFile(zone));
};

const zoneFile = (zone: string): string => {
  const soa = `${zone}. ${SOA.ttlS} IN SOA ${NAMESERVERS[0]}. ${HOSTMASTER}. ${SOA.serial} ${SOA.refreshS} ${SOA.retryS} ${SOA.expireS} ${SOA.negativeTtlS}\n`;
  const records = recordsOf(zone).map(
    ({ name, ttlS, type, data }) => `${name}. ${ttlS} IN ${type} ${data}\n`,
  );
  return soa + records.join('');
};

export const startNsd = async (directory: string, zones: readonly string[], port: number): Promise<Child> => {
  const server = {
    'ip-address': '127.0.0.1',
    port: String(port),
    'server-count': '1',
    username: '""',
    chroot: '""',
    zonesdir: `"${directory}/zones"`,
    database: '""',
    pidfile: `"${directory}/nsd.pid"`,
    xfrdfile: `"${directory}/xfrd.state"`,
    xfrdir: `"${directory}"`,
    zonelistfile: `"${directory}/zone.list"`,
    // Like the others: no records that nobody asked for.
    'minimal-responses': 'yes',
    'rrl-ratelimit': '0',
  };
  const lines = Object.entries(server).map(([name, value]) => `  ${name}: ${value}\n`);
  const list = zones.map((zone) => `zone:\n  name: ${zone}\n  zonefile: ${zone}\n`);
  const control = 'remote-control:\n  control-enable: no\n';
  await writeFile(`${directory}/nsd.conf`, `server:\n${lines.join('')}${control}${list.join('')}`);
  return startProgram('nsd', ['-d', '-V', '1', '-c', `${directory}/nsd.conf`], /nsd started/);
};
