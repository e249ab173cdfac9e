// What the job books that no notice told of. Without a worker the built-in bank sends none.
import { expect, test } from 'vitest';
import { pay, press } from '../../testing/bank.ts';
import { addTeam } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { reconcilePayments } from './index.ts';

const api = useInstallationWithoutWorker();

const customer = async () => {
  const team = await addTeam(api.installation, 0);
  const as = { key: team.key };
  return {
    checkout: async (credits: number): Promise<Body> =>
      (await api.post('/billing/wallet/add-credits', { credits }, as)).body,
    payment: async (uid: string): Promise<Body> =>
      (await api.get(`/billing/payments/${uid}`, as)).body.payment,
    wallet: async (): Promise<Body> => (await api.get('/billing/wallet', as)).body,
    portal: async (): Promise<string> => (await api.get('/billing/manage', as)).body.url,
    verify: async (): Promise<Body> => (await api.get('/billing/ledger/verify', as)).body,
  };
};

/** As if the time had come to ask about everything. */
const reconcileAll = async () => {
  const { context, storage } = api.installation;
  await storage.db
    .updateTable('payment')
    .set({ ask_at: new Date(0) })
    .execute();
  await Promise.all([reconcilePayments(context, {}), reconcilePayments(context, {})]);
};

test('a payment whose notice was lost is in the wallet, once, however many processes look', async () => {
  const { checkout, payment, wallet, verify } = await customer();
  const opened = await checkout(35);
  await pay(opened.url);
  expect((await payment(opened.payment.uid)).status).toBe('open');
  await reconcileAll();
  await reconcileAll();
  expect(await payment(opened.payment.uid)).toMatchObject({ status: 'succeeded', credits: 35 });
  expect(await wallet()).toMatchObject({ credits_remaining: 35, total_credits: 35 });
  expect((await verify()).balanced).toBe(true);
});

test('a refund whose notice was lost is taken back', async () => {
  const { checkout, payment, wallet, portal } = await customer();
  const opened = await checkout(35);
  await pay(opened.url);
  await reconcileAll();
  const address = await portal();
  const id = /name="payment" value="([^"]+)"/.exec(await (await fetch(address)).text())![1]!;
  await press(address, 'refund', { payment: id });
  await reconcileAll();
  expect(await payment(opened.payment.uid)).toMatchObject({ refunded: 35 });
  expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_owed: 0 });
});

test('a checkout whose time is over says so', async () => {
  const { checkout, payment } = await customer();
  const opened = await checkout(35);
  await press(opened.url, 'cancel');
  await reconcileAll();
  expect(await payment(opened.payment.uid)).toMatchObject({ status: 'expired', url: null });
});
