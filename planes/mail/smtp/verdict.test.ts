// Proves that the operator decides how far the policies of other domains reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResolver } from '../resolver.ts';
import { type DnsStub, startDnsStub } from '../testing/dns-stub.ts';
import { type DmarcEnforcement, examine } from './verdict.ts';

let dns: DnsStub;
beforeAll(async () => {
  dns = await startDnsStub();
  for (const policy of ['reject', 'quarantine', 'none']) {
    dns.add(`${policy}.example`, 'TXT', 'v=spf1 -all');
    dns.add(`_dmarc.${policy}.example`, 'TXT', `v=DMARC1; p=${policy}`);
  }
});
afterAll(() => dns.close());

const dispositionOf = async (policy: string, dmarc: DmarcEnforcement) => {
  const sender = `a@${policy}.example`;
  const message = Buffer.from(`From: ${sender}\r\n\r\nhi\r\n`);
  const arrival = { message, remoteAddress: '192.0.2.1', helo: 'client.example', sender };
  const options = { hostname: 'mail.here.example', resolver: createResolver([dns.server]), dmarc };
  const { disposition, headerFields } = await examine(arrival, options);
  expect(headerFields).toContain('dmarc=fail');
  return disposition;
};

it.each([
  { dmarc: 'enforce', reject: 'reject', quarantine: 'quarantine', none: 'accept' },
  { dmarc: 'quarantine', reject: 'quarantine', quarantine: 'quarantine', none: 'accept' },
  { dmarc: 'off', reject: 'accept', quarantine: 'accept', none: 'accept' },
] as const)('$dmarc: p=reject is $reject, p=quarantine is $quarantine', async ({ dmarc, ...expected }) => {
  for (const policy of ['reject', 'quarantine', 'none'] as const) {
    expect(await dispositionOf(policy, dmarc)).toBe(expected[policy]);
  }
});
