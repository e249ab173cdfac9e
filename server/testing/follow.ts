// Waiting for what an order becomes, through the API like any customer.
import { expect } from 'vitest';
import type { Body, TestInstallation } from './test-installation.ts';

const PATIENCE_MS = 50_000;

/** Asks until `isEnough`; fails with the last answer when it never is. */
export const askUntil = async <T>(
  ask: () => Promise<T>,
  isEnough: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`still not there: ${JSON.stringify(answer)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
};

export const orderEnded = (api: TestInstallation, orderId: string): Promise<Body> =>
  askUntil(
    async () => (await api.get(`/orders/${orderId}`)).body,
    (order) => order.status === 'done' || order.status === 'error',
  );

/** Every test that moves money ends with this. */
export const expectBalanced = async (api: TestInstallation): Promise<Body> => {
  const { body } = await api.get('/billing/ledger/verify');
  expect(body.balanced, JSON.stringify(body)).toBe(true);
  return body;
};

export const walletOf = async (api: TestInstallation): Promise<number> =>
  (await api.get('/billing/wallet')).body.credits_remaining;
