// What a team is told it will pay for the mailboxes and domains it holds.
import { expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { askUntil } from '../../testing/follow.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { addMonths } from '../billing/index.ts';
import { upcomingDomainRenewals } from '../domains/index.ts';
import { upcomingMailboxRenewals } from './index.ts';

const api = useInstallation();

test('what comes due until a day is told in its order, seats for nothing and the rest at the price of the plan', async () => {
  const domain = await activeDomain(api);
  const wish = (username: string) => ({
    username,
    first_name: 'Mara',
    last_name: 'Voss',
    domain_name: domain.name,
    platform: 'SMTP',
  });
  const buy = async (username: string, use_wallet_balance: boolean): Promise<string> => {
    const { body } = await api.post('/mailboxes/buy', { mailboxes: [wish(username)], use_wallet_balance });
    return body.mailboxes[0].uid;
  };
  const uids = [await buy('seated', false), await buy('paid', true)];
  await askUntil(
    async () => (await api.post('/mailboxes/status', { uids })).body.mailboxes,
    (boxes) => boxes.every((box: Body) => box.status === 'active'),
  );

  const { db, clock, providers, settings } = api.installation.context;
  const now = clock.now();
  const mailboxes = await upcomingMailboxRenewals(db, api.teamUid, addMonths(now, 3));
  const told = (name: string) =>
    mailboxes
      .filter(({ description }) => description.startsWith(`${name}@`))
      .map(({ paidWith, amountMicros }) => [paidWith, amountMicros]);
  expect(told('seated')).toEqual(Array(3).fill(['included_seat', 0]));
  expect(told('paid')).toEqual(Array(3).fill(['wallet', 3_500_000]));
  const times = mailboxes.map(({ at }) => at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));

  const context = { db, providers, settings };
  expect(await upcomingDomainRenewals(context, api.teamUid, addMonths(now, 11))).toEqual([]);
  expect(await upcomingDomainRenewals(context, api.teamUid, addMonths(now, 13))).toMatchObject([
    { subject: { type: 'domain', uid: domain.uid }, amountMicros: 12_500_000, paidWith: 'wallet' },
  ]);
});
