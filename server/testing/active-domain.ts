// Domains that are set up and ready, and what the nameservers of the installation say about them.
import { expect } from 'vitest';
import { formatRdata } from '../../protocols/dns/presentation.ts';
import { queryServer } from '../features/dns/index.ts';
import { askUntil } from './follow.ts';
import { contact, freshName } from './order-body.ts';
import type { Body, TestInstallation } from './test-installation.ts';

/** Buys domains from the wallet and waits until all of them are active. */
export const activeDomains = async (
  api: TestInstallation,
  count: number,
): Promise<{ uid: string; name: string }[]> => {
  const names = Array.from({ length: count }, () => freshName());
  const { status, body } = await api.post('/domains/register', {
    domains: names.map((name) => ({ name, registration_years: 1 })),
    use_wallet_balance: true,
    contact_details: contact,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const uids: string[] = body.domain_uids;
  const listed = () => api.post('/domains/list', { limit: 500 });
  const rows: Body = await askUntil(
    async () => (await listed()).body.domains.filter((row: Body) => uids.includes(row.uid)),
    (domains) => domains.every((row: Body) => row.status === 'active'),
  );
  return names.map((name) => ({ uid: rows.find((row: Body) => row.name === name).uid, name }));
};

export const activeDomain = async (api: TestInstallation): Promise<{ uid: string; name: string }> =>
  (await activeDomains(api, 1))[0]!;

/** What the installation's nameserver answers, as `ttl data`, sorted. */
export const onTheWire = async (api: TestInstallation, name: string, type: string): Promise<string[]> => {
  const server = { name: 'the nameserver', address: '127.0.0.1', port: api.installation.ports.dns };
  const { answers } = await queryServer(server, { name, type });
  return answers
    .filter((record) => record.name === name && record.type === type)
    .map(({ ttlS, data }) => `${ttlS} ${formatRdata(data)}`)
    .toSorted();
};

/** Waits until the nameserver answers exactly this. */
export const expectOnTheWire = async (
  api: TestInstallation,
  name: string,
  type: string,
  expected: string[],
): Promise<void> => {
  const wanted = JSON.stringify(expected.toSorted());
  await askUntil(
    () => onTheWire(api, name, type),
    (seen) => JSON.stringify(seen) === wanted,
    10_000,
  );
};
