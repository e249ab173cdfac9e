// Paying for credits, through the API and the built-in bank's pages.
import { describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { pay, press } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const customer = async (credits = 0) => {
  const team: Team = await addTeam(api.installation, credits);
  const as = { key: team.key, workspace: team.workspaceUid };
  const ask = { ...api, get: (path: string) => api.get(path, as) };
  return {
    team,
    as,
    checkout: async (amount: number): Promise<Body> =>
      (await api.post('/billing/wallet/add-credits', { credits: amount }, as)).body,
    wallet: async (): Promise<number> => (await api.get('/billing/wallet', as)).body.credits_remaining,
    payment: async (uid: string): Promise<Body> =>
      (await api.get(`/billing/payments/${uid}`, as)).body.payment,
    until: (uid: string, isEnough: (payment: Body) => boolean): Promise<Body> =>
      askUntil(async () => (await api.get(`/billing/payments/${uid}`, as)).body.payment, isEnough),
    events: async (uid: string): Promise<string[]> => {
      const rows = await api.installation.storage.db
        .selectFrom('event')
        .select('type')
        .where('subject_uid', '=', uid)
        .orderBy('seq')
        .execute();
      return rows.map(({ type }) => type);
    },
    balanced: () => expectBalanced(ask),
  };
};

const paid = (payment: Body) => payment.status === 'succeeded';
const noticeUrl = () => `${api.installation.baseUrl}/v1/payments/builtin/events`;

describe('credits that are paid for', () => {
  test('are in the wallet when the checkout is paid, and not before', async () => {
    const { checkout, wallet, until, events, balanced } = await customer();
    const { url, session_id: sessionId, payment } = await checkout(150);
    expect(payment).toMatchObject({ status: 'open', amount: 150, credits: 0, url, session_id: sessionId });
    expect(await wallet()).toBe(0);
    await pay(url);
    expect(await until(payment.uid, paid)).toMatchObject({ credits: 150, url: null });
    expect(await wallet()).toBe(150);
    expect(await events(payment.uid)).toEqual(['payment.succeeded']);
    await balanced();
  });

  test('are exact to the cent, and an amount that no card can pay is refused with its field', async () => {
    const { checkout, until, wallet, as } = await customer();
    const { url, payment } = await checkout(12.34);
    await pay(url);
    await until(payment.uid, paid);
    expect(await wallet()).toBe(12.34);
    for (const credits of [4.99, 10_000.01, 12.345, -5, '5', null]) {
      const { status, body } = await api.post('/billing/wallet/add-credits', { credits }, as);
      expect([status, body.code, body.problems[0].path]).toEqual([400, 'validation_failed', 'credits']);
    }
  });

  test('come once, however often the button is pressed and the notice is sent', async () => {
    const { checkout, wallet, until, events } = await customer();
    const { url, payment } = await checkout(20);
    await Promise.all(Array.from({ length: 8 }, () => pay(url)));
    await until(payment.uid, paid);
    const { db } = api.installation.storage;
    await db
      .updateTable('bank.notice')
      .set({ received_at: null, due_at: new Date(0) })
      .execute();
    await askUntil(
      () => db.selectFrom('bank.notice').select('id').where('received_at', 'is', null).execute(),
      (left) => left.length === 0,
    );
    expect(await wallet()).toBe(20);
    expect(await events(payment.uid)).toEqual(['payment.succeeded']);
  });

  test('come once for each of two checkouts that are paid at once', async () => {
    const { checkout, wallet, until, balanced } = await customer();
    const both = await Promise.all([checkout(10), checkout(15)]);
    await Promise.all(both.map(({ url }) => pay(url)));
    for (const { payment } of both) await until(payment.uid, paid);
    expect(await wallet()).toBe(25);
    await balanced();
  });

  test('are found again by the checkout session, newest payments first', async () => {
    const { checkout, as } = await customer();
    const first = await checkout(10);
    const second = await checkout(11);
    const { body } = await api.get('/billing/payments', as);
    expect(body.payments.map(({ uid }: Body) => uid)).toEqual([second.payment.uid, first.payment.uid]);
    const found = await api.get(`/billing/payments?session_id=${first.session_id}`, as);
    expect(found.body).toMatchObject({ total: 1, payments: [{ uid: first.payment.uid }] });
    const stranger = await customer();
    expect((await api.get(`/billing/payments/${first.payment.uid}`, stranger.as)).status).toBe(404);
  });
});

describe('a checkout', () => {
  test('that fails can be tried again, and tells why it failed', async () => {
    const { checkout, until, events } = await customer();
    const { url, payment } = await checkout(30);
    await press(url, 'fail');
    const failed = await until(payment.uid, ({ reason }) => reason !== null);
    expect(failed).toMatchObject({ status: 'open', reason: 'card_declined' });
    expect(await (await fetch(url)).text()).toContain('The card was declined.');
    await pay(url);
    expect(await until(payment.uid, paid)).toMatchObject({ credits: 30, reason: null });
    expect(await events(payment.uid)).toEqual(['payment.failed', 'payment.succeeded']);
  });

  test('that is cancelled takes nothing, and cannot be paid any more', async () => {
    const { checkout, until, wallet, payment: read } = await customer();
    const { url, payment } = await checkout(30);
    await press(url, 'cancel');
    await until(payment.uid, ({ status }) => status === 'expired');
    await pay(url);
    expect(await (await fetch(url)).text()).toContain('Nothing was taken.');
    expect(await read(payment.uid)).toMatchObject({ status: 'expired', credits: 0, url: null });
    expect(await wallet()).toBe(0);
  });

  test('is a page that shows what is paid for, keeps its address to itself, and lets no foreign page press its buttons', async () => {
    const { checkout, wallet } = await customer();
    const { url } = await checkout(42);
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    const text = await page.text();
    for (const shown of [
      '42 credits',
      '$42.00',
      'lang="en"',
      'name="viewport"',
      'value="fail"',
      'value="cancel"',
    ]) {
      expect(text).toContain(shown);
    }
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': '', origin: 'https://evil.example' },
    ];
    for (const headers of foreign) expect((await press(url, 'pay', {}, headers)).status).toBe(403);
    expect((await fetch(`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`)).status).toBe(404);
    expect(await wallet()).toBe(0);
  });
});

describe('a notice', () => {
  test('that is forged, changed, old or unsigned is refused', async () => {
    const { checkout } = await customer();
    const { payment } = await checkout(10);
    const body = JSON.stringify({ id: newId(), type: 'checkout.succeeded', reference: payment.uid });
    const now = Math.floor(Date.now() / 1000);
    const signatures = [
      '',
      `t=${now},v1=${'0'.repeat(64)}`,
      `t=${now - 3600},v1=${'0'.repeat(64)}`,
      'v1=abc',
    ];
    for (const signature of signatures) {
      const response = await fetch(noticeUrl(), {
        method: 'POST',
        headers: { 'bank-signature': signature },
        body,
      });
      expect(response.status).toBe(400);
    }
    expect((await fetch(noticeUrl().replace('builtin', 'nobody'), { method: 'POST', body })).status).toBe(
      404,
    );
    expect((await fetch(noticeUrl())).status).toBe(405);
  });
});

describe('a payment that was made', () => {
  const refunding = async (spent: number) => {
    const who = await customer();
    const { url, payment } = await who.checkout(50);
    await pay(url);
    await who.until(payment.uid, paid);
    if (spent > 0) {
      const name = `nova${newId().slice(-10)}.com`;
      const { status } = await api.post(
        '/orders',
        { domains: Array.from({ length: spent }, (_, i) => ({ name: `${i}x${name}`, mailboxes: [] })) },
        who.as,
      );
      expect(status).toBe(201);
    }
    const portal = (await api.get('/billing/portal', who.as)).body.url;
    const id = /name="payment" value="([^"]+)"/.exec(await (await fetch(portal)).text())![1]!;
    return { ...who, portal, id, payment };
  };

  test('and is refunded takes its credits out of the wallet', async () => {
    const { portal, id, payment, until, wallet, events, balanced } = await refunding(0);
    await press(portal, 'refund', { payment: id });
    await until(payment.uid, ({ refunded }) => refunded === 50);
    expect(await wallet()).toBe(0);
    expect(await events(payment.uid)).toEqual(['payment.succeeded', 'payment.refunded']);
    await balanced();
  });

  test('and is refunded after its credits were spent leaves a debt that the next credits pay', async () => {
    const { portal, id, payment, until, as, checkout, balanced } = await refunding(2);
    await press(portal, 'refund', { payment: id });
    await until(payment.uid, ({ refunded }) => refunded === 50);
    const wallet = async () => (await api.get('/billing/wallet', as)).body;
    expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_owed: 25 });
    const next = await checkout(40);
    await pay(next.url);
    await until(next.payment.uid, paid);
    expect(await wallet()).toMatchObject({ credits_remaining: 15, credits_owed: 0 });
    await balanced();
  });

  test('and is disputed takes its credits back, and a dispute that is won brings them again', async () => {
    const { portal, id, payment, until, wallet, events, balanced } = await refunding(0);
    await press(portal, 'dispute', { payment: id });
    await until(payment.uid, ({ disputed }) => disputed === 50);
    expect(await wallet()).toBe(0);
    await press(portal, 'win', { payment: id });
    await until(payment.uid, ({ disputed }) => disputed === 0);
    expect(await wallet()).toBe(50);
    expect(await events(payment.uid)).toEqual([
      'payment.succeeded',
      'payment.disputed',
      'payment.dispute_won',
    ]);
    await balanced();
  });
});
