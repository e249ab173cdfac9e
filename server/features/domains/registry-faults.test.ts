// What becomes of a paid registration when the registry is slow, silent, or changes its mind.
import { describe, expect, test } from 'vitest';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { retrySetUp } from './index.ts';

// Slower than a registration takes to fail, so that the first question after a lost answer finds it failed.
const api = useInstallation({ INBOXKIT_REGISTRY_DELAY_MS: '2200' });

const rowOf = async (name: string): Promise<Body> =>
  (await api.post('/domains/list', { keyword: name })).body.domains[0];
const register = async (name: string) => {
  const body = { domains: [{ name }], contact_details: contact, use_wallet_balance: true };
  const reply = await api.post('/domains/register', body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
};
const ended = (name: string): Promise<Body> =>
  askUntil(
    () => rowOf(name),
    (row) => row?.status === 'active' || row?.status === 'cancelled' || row?.status === 'inactive',
  );

describe('a registration', () => {
  const given: [string, string, string, number][] = [
    ['that the registry accepts and then fails is credited back', '-fails-later', 'cancelled', 0],
    [
      'that failed while its answer was lost is credited back',
      '-times-out-after-fails-later',
      'cancelled',
      0,
    ],
    ['whose answer was lost is found, and paid for once', '-times-out-after', 'active', 12.5],
    ['whose first attempt found the registry busy goes through', '-busy', 'active', 12.5],
  ];
  test.concurrent.each(given)('%s', async (_title, mark, status) => {
    const name = freshName(mark);
    await register(name);
    const row = await ended(name);
    expect(row.status, JSON.stringify(row)).toBe(status);
    if (status === 'cancelled') expect(row.status_reason).toBeTruthy();
  });

  test('costs what went through, and nothing else', async () => {
    const active = (await api.post('/domains/list', { status: ['active'] })).body.total;
    expect(await walletOf(api)).toBe(1000 - 12.5 * active);
    await expectBalanced(api);
  });
});

test('a held domain whose set-up gave up is taken up again, an hour later', async () => {
  const name = freshName();
  await register(name);
  const { uid } = await ended(name);
  const { db } = api.installation.storage;
  const gaveUp = (hoursAgo: number) =>
    db
      .updateTable('domain')
      .set({ status: 'inactive', status_since: new Date(Date.now() - hoursAgo * 3_600_000) })
      .where('uid', '=', uid)
      .execute();
  await gaveUp(0.5);
  await retrySetUp(api.installation.context);
  expect((await rowOf(name)).status).toBe('inactive');

  await gaveUp(1.5);
  await retrySetUp(api.installation.context);
  await askUntil(
    () => rowOf(name),
    (row) => row.status === 'active',
  );
});
