// Proves that the numbers of the mail plane are at /metrics, those of the queue of the whole installation included.
import { expect, test } from 'vitest';
import { newId } from '../../database/uuid.ts';
import { transact } from '../../planes/mail/testing/raw-smtp.ts';
import { useInstallation } from '../testing/test-installation.ts';

const api = useInstallation();

const metrics = async (): Promise<string> => (await fetch(`${api.installation.baseUrl}/metrics`)).text();

test('refusals are counted by reason, and the queue by state with the age of its oldest', async () => {
  const { ports, storage } = api.installation;
  const from = 'a@elsewhere.example';
  await transact(ports.smtp, {
    from,
    to: ['b@elsewhere.example'],
    content: 'From: a@elsewhere.example\r\n\r\nhi',
  });
  expect(await metrics()).toContain('inboxkit_mail_refused_total{port="inbound",reason="policy"} 1\n');
  expect(await metrics()).toContain('inboxkit_mail_queue_recipients{state="held"} 0\n');

  const [message_id, id] = [newId(), newId()];
  const accepted_at = new Date(Date.now() - 3_600_000);
  await storage.db
    .insertInto('mail.queue_message')
    .values({ id: message_id, sender: from, accepted_at })
    .execute();
  const about = { address: 'b@x.example', domain: 'x.example', state: 'held', changed_at: accepted_at };
  await storage.db
    .insertInto('mail.queue_recipient')
    .values({ id, message_id, ...about })
    .execute();
  const told = await metrics();
  expect(told).toContain('inboxkit_mail_queue_recipients{state="held"} 1\n');
  const age = Number(/inboxkit_mail_queue_oldest_seconds\{state="held"\} ([\d.]+)/.exec(told)?.[1]);
  expect(age).toBeGreaterThanOrEqual(3600);
  expect(age).toBeLessThan(7200);
});
