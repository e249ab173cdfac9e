// A connection nobody points here, with the clock of the workflows running fast.
import { expect, test } from 'vitest';
import { askUntil } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_CONNECT_EXPIRES_HOURS: '1' }, { workflow: { timeScale: 0.0005 } });

test('expires after the configured time, is kept, and can be taken up again', async () => {
  const { providers } = api.installation.context;
  const name = freshName();
  const elsewhere = { name, years: 1, contact, nameservers: ['ns1.elsewhere.example'], idempotencyKey: name };
  await providers.registrar().register(elsewhere);
  const connect = () => api.post('/domains/nameservers', { domains: [name] });
  const until = (status: string): Promise<Body> =>
    askUntil(
      async () => (await api.get(`/domains/details?domain=${name}`)).body.domain,
      (row) => row.status === status,
    );

  const [{ uid, nameservers }] = (await connect()).body.result;
  const expired = await until('expired_propagation');
  expect(expired.status_reason).toContain('within 1 hours');
  expect(expired.actual_nameservers).toEqual(['ns1.elsewhere.example']);
  expect(expired.last_nameserver_check).not.toBeNull();

  expect((await connect()).body.result[0].uid).toBe(uid);
  await providers.registrar().setNameservers(name, nameservers);
  await until('active');
});
