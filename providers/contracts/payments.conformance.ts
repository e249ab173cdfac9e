// What every payment vendor must do, in the order in which a new adapter meets it: a checkout that goes well, those
// that do not, charges without the customer, money that goes back, notices, then broken connections.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf, outcomesOf } from './failure.conformance.ts';
import { type FaultOptions, type Faults, faultsOf } from './faults.conformance.ts';
import type { ChargeMethod, Checkout, OpenCheckout, Payments, RawNotice } from './payments.ts';

/** How a stored card answers charges without the customer. */
export type CardAnswer = 'pays' | 'declined' | 'needs_customer';

export type PaymentsUnderTest = {
  payments: Payments;
  /** What a person does on the vendor's pages. */
  person: {
    /** Pays, and lets the card be kept. */
    pay(checkout: Checkout, card: CardAnswer): Promise<void>;
    /** Tries to pay with a card that is declined. */
    isDeclined(checkout: Checkout): Promise<void>;
  };
  /** What the bank does with a payment that went well, found by its reference. */
  bank: {
    refund(reference: string): Promise<void>;
    dispute(reference: string): Promise<void>;
    winDispute(reference: string): Promise<void>;
  };
  /** Signed notices since the last call, as they would arrive. */
  notices(): Promise<RawNotice[]>;
  faults?: Faults;
  cleanUp(): Promise<void>;
};

const HOUR_MS = 3_600_000;

/** Runs the suite against what `open` gives; `open` runs once per case. */
export const paymentsConformance = (
  name: string,
  open: () => Promise<PaymentsUnderTest>,
  options: FaultOptions = {},
): void => {
  describe(`${name} for payments`, () => {
    let target: PaymentsUnderTest;
    let payments: Payments;
    let customerId: string;

    beforeEach(async () => {
      target = await open();
      payments = target.payments;
      customerId = await payments.customer({ reference: crypto.randomUUID(), name: 'Northpeak & Söhne' });
    });
    afterEach(async () => {
      await target.cleanUp();
    });

    const checkout = (changes: Partial<OpenCheckout> = {}): OpenCheckout => ({
      reference: crypto.randomUUID(),
      customerId,
      lines: [
        { description: '100 credits', amountCents: 10_000 },
        { description: 'münchen.example, 1 year', amountCents: 1_250 },
      ],
      keepMethod: true,
      returnUrl: null,
      expiresAt: new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR_MS),
      ...changes,
    });
    const charge = (changes: Partial<ChargeMethod> = {}): ChargeMethod => ({
      reference: crypto.randomUUID(),
      customerId,
      amountCents: 2_500,
      description: 'Automatic top-up',
      ...changes,
    });
    const find = (reference: string, sessionId: string | null = null) =>
      payments.findPayment({ reference, customerId, sessionId, askedAt: new Date() });
    const storeCard = async (card: CardAnswer) =>
      target.person.pay(await payments.openCheckout(checkout()), card);

    describe('takes money on its page', () => {
      test('knows a customer again', async () => {
        const customer = { reference: crypto.randomUUID(), name: 'Mara Voss' };
        expect(await payments.customer(customer)).toBe(await payments.customer(customer));
      });

      test('opens a checkout that waits, and says so until it is paid', async () => {
        const request = checkout();
        const opened = await payments.openCheckout(request);
        expect(new URL(opened.url).protocol).toMatch(/^https?:$/);
        expect(Math.abs(opened.expiresAt.getTime() - request.expiresAt.getTime())).toBeLessThan(60_000);
        expect(await find(request.reference, opened.sessionId)).toMatchObject({
          reference: request.reference,
          status: 'open',
          amountCents: 11_250,
          currency: 'usd',
          failure: null,
        });
        await target.person.pay(opened, 'pays');
        expect(await find(request.reference, opened.sessionId)).toMatchObject({
          status: 'succeeded',
          amountCents: 11_250,
          refundedCents: 0,
          disputedCents: 0,
        });
      });

      test('opens one checkout for one reference, however often it is asked', async () => {
        const request = checkout();
        const first = await payments.openCheckout(request);
        expect(await payments.openCheckout(request)).toEqual(first);
      });

      test('leaves a checkout open when the card is declined, and says why', async () => {
        const request = checkout();
        const opened = await payments.openCheckout(request);
        await target.person.isDeclined(opened);
        expect(await find(request.reference, opened.sessionId)).toMatchObject({
          status: 'open',
          failure: { reason: 'card_declined' },
        });
        await target.person.pay(opened, 'pays');
        expect(await find(request.reference, opened.sessionId)).toMatchObject({ status: 'succeeded' });
      });

      test('ends a checkout that was called off, and leaves one that was paid', async () => {
        const [called, paid] = [checkout(), checkout()];
        const [calledOff, wasPaid] = [await payments.openCheckout(called), await payments.openCheckout(paid)];
        await target.person.pay(wasPaid, 'pays');
        for (const { sessionId } of [calledOff, calledOff, wasPaid]) await payments.expireCheckout(sessionId);
        expect(await find(called.reference, calledOff.sessionId)).toMatchObject({ status: 'expired' });
        expect(await find(paid.reference, wasPaid.sessionId)).toMatchObject({ status: 'succeeded' });
      });

      test('has a page for the customer to look after payments', async () => {
        const { url } = await payments.openPortal({ customerId, returnUrl: null });
        expect(new URL(url).protocol).toMatch(/^https?:$/);
      });
    });

    describe('charges without the customer', () => {
      test('needs a stored method, which paying stores', async () => {
        expect(await payments.storedMethod(customerId)).toBeNull();
        const request = charge();
        expect(await failureOf(payments.charge(request))).toMatchObject({
          kind: 'rejected',
          reason: 'no_stored_method',
        });
        expect(await find(request.reference)).toBeNull();
        await storeCard('pays');
        expect((await payments.storedMethod(customerId))!.label).toMatch(/ending in \d{4}$/);
      });

      test('charges once for one reference, also when two ask at once', async () => {
        await storeCard('pays');
        const request = charge();
        const { values } = await outcomesOf([payments.charge(request), payments.charge(request)]);
        const again = await payments.charge(request);
        expect(again).toMatchObject({
          reference: request.reference,
          status: 'succeeded',
          amountCents: 2_500,
        });
        for (const value of values) expect(value).toEqual(again);
        expect(await find(request.reference)).toEqual(again);
      });

      for (const [card, reason] of [
        ['declined', 'card_declined'],
        ['needs_customer', 'authentication_required'],
      ] as const) {
        test(`says ${reason}, and says it again`, async () => {
          await storeCard(card);
          const request = charge();
          for (let times = 0; times < 2; times += 1) {
            expect(await failureOf(payments.charge(request))).toMatchObject({ kind: 'rejected', reason });
          }
          expect(await find(request.reference)).toMatchObject({ status: 'failed', failure: { reason } });
        });
      }

      test('certainly knows nothing of a payment that was never asked for', async () => {
        expect(await find(crypto.randomUUID())).toBeNull();
      });
    });

    describe('gives money back', () => {
      const paidBy = async (how: 'checkout' | 'charge') => {
        if (how === 'charge') {
          await storeCard('pays');
          const { reference } = await payments.charge(charge());
          return () => find(reference);
        }
        const request = checkout();
        const opened = await payments.openCheckout(request);
        await target.person.pay(opened, 'pays');
        return () => find(request.reference, opened.sessionId);
      };

      for (const how of ['checkout', 'charge'] as const) {
        test(`says how much of a ${how} was refunded`, async () => {
          const payment = await paidBy(how);
          const { reference, amountCents } = (await payment())!;
          await target.bank.refund(reference);
          expect(await payment()).toMatchObject({ status: 'succeeded', refundedCents: amountCents });
        });
      }

      test('says how much is disputed, until the dispute is won', async () => {
        const payment = await paidBy('checkout');
        const { reference, amountCents } = (await payment())!;
        await target.bank.dispute(reference);
        expect(await payment()).toMatchObject({ status: 'succeeded', disputedCents: amountCents });
        await target.bank.winDispute(reference);
        expect(await payment()).toMatchObject({ status: 'succeeded', disputedCents: 0 });
      });
    });

    describe('tells of changes', () => {
      test('with notices that name the payment', async () => {
        const request = checkout();
        const opened = await payments.openCheckout(request);
        await target.person.pay(opened, 'pays');
        await target.bank.dispute(request.reference);
        const told = await Promise.all((await target.notices()).map((notice) => payments.readNotice(notice)));
        expect(told.length).toBeGreaterThanOrEqual(2);
        expect(new Set(told.map(({ reference }) => reference))).toEqual(new Set([request.reference]));
        expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(told.length);
      });

      test('that nobody else can make, and that cannot be changed', async () => {
        await target.person.pay(await payments.openCheckout(checkout()), 'pays');
        const [notice] = await target.notices();
        const forged: RawNotice[] = [
          { ...notice!, body: `${notice!.body} ` },
          { ...notice!, header: () => null },
          {
            ...notice!,
            header: (name) => notice!.header(name)?.replace(/[0-9a-f]{64}/, '0'.repeat(64)) ?? null,
          },
        ];
        for (const each of forged) {
          expect(await failureOf(payments.readNotice(each))).toMatchObject({ kind: 'unauthorized' });
        }
      });
    });

    if (options.faults === false) return;
    describe('when the connection breaks', () => {
      test('a charge that was made and whose answer was lost is found', async () => {
        await storeCard('pays');
        faultsOf(target).timeOutAfterActing();
        const request = charge();
        const lost = await payments.charge(request).then(
          () => null,
          (error) => error.failure.kind,
        );
        // A vendor may answer in several steps, of which not every one moves money.
        expect([null, 'outcomeUnknown']).toContain(lost);
        const found = (await find(request.reference)) ?? (await payments.charge(request));
        expect(found).toMatchObject({ status: 'succeeded' });
        expect(await payments.charge(request)).toEqual(found);
      });

      test('a charge that never arrived is made when it is asked for again', async () => {
        await storeCard('pays');
        faultsOf(target).timeOutBeforeActing();
        const request = charge();
        await payments.charge(request).catch(() => {});
        expect(await payments.charge(request)).toMatchObject({ status: 'succeeded' });
      });

      for (const kind of options.failureKinds ?? ['transient']) {
        test(`a charge that ends with ${kind} took nothing and can be asked for again`, async () => {
          await storeCard('pays');
          faultsOf(target).failNext(kind);
          const request = charge();
          expect(await failureOf(payments.charge(request))).toMatchObject({ kind });
          expect(await find(request.reference)).toBeNull();
          expect(await payments.charge(request)).toMatchObject({ status: 'succeeded' });
        });
      }
    });
  });
};
