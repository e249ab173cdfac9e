// Proves that the numbers of the DNS plane are at /metrics.
import { expect, test } from 'vitest';
import { askTcp, askUdp } from '../../planes/dns/testing/ask.ts';
import { useInstallation } from '../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_DNS_THREADS: '2' });

test('answers of every thread and transport are counted by code and type', async () => {
  const { ports, baseUrl } = api.installation;
  const question = { name: 'unknown.example', type: 'MX' };
  // Sockets differ, so that both threads are asked.
  for (let index = 0; index < 20; index += 1) await askUdp(ports.dns, question);
  await askTcp(ports.dns, question);
  const told = await (await fetch(`${baseUrl}/metrics`)).text();
  expect(told).toContain('inboxkit_dns_answers_total{rcode="REFUSED",type="MX"} 21\n');
});
