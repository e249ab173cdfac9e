// The built-in bank: the role's conformance, twice.
import { systemClock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import type { Faults } from '../contracts/faults.conformance.ts';
import { type PaymentsUnderTest, paymentsConformance } from '../contracts/payments.conformance.ts';
import { signNotice } from './payment-notices.ts';
import { createPayments } from './payments.ts';
import { openFaultyDatabase, testSecrets } from './testing.ts';

const database = useTestDatabase();

const underTest = (db: Db, rest: { faults?: Faults; cleanUp(): Promise<void> }): PaymentsUnderTest => {
  const signing = { db: database.db, secrets: testSecrets, clock: systemClock };
  const settings = { publicUrl: () => 'http://bank.example' };
  const payments = createPayments({ ...signing, db, settings });
  const told = new Set<string>();
  // Buttons are pressed over a connection of their own: the faults are meant for the calls of the contract.
  const { pages } = createPayments({ ...signing, settings });
  const press = async (url: string, fields: Record<string, string>) => {
    const body = new URLSearchParams(fields);
    const { status } = await pages!(new Request(url, { method: 'POST', body }));
    if (status !== 303) throw new Error(`the page answered ${status}`);
  };
  const atBank = async (reference: string, action: string) => {
    const { id, customer_id: customerId } = await database.db
      .selectFrom('bank.payment')
      .select(['id', 'customer_id'])
      .where('reference', '=', reference)
      .executeTakeFirstOrThrow();
    const { url } = await payments.openPortal({ customerId, returnUrl: null });
    await press(url, { action, payment: id });
  };
  return {
    payments,
    person: {
      pay: ({ url }, card) => press(url, { action: 'pay', keep: 'yes', card }),
      isDeclined: ({ url }) => press(url, { action: 'fail' }),
    },
    bank: {
      refund: (reference) => atBank(reference, 'refund'),
      dispute: (reference) => atBank(reference, 'dispute'),
      winDispute: (reference) => atBank(reference, 'win'),
    },
    async notices() {
      const rows = await database.db
        .selectFrom('bank.notice as notice')
        .innerJoin('bank.payment as payment', 'payment.id', 'notice.payment_id')
        .select(['notice.id', 'notice.type', 'payment.reference'])
        .where('notice.created_at', '>=', opened)
        .execute();
      const fresh = rows.filter(({ id }) => !told.has(id));
      return Promise.all(
        fresh.map(async ({ id, type, reference }) => {
          told.add(id);
          const body = JSON.stringify({ id, type, reference });
          const headers = await signNotice(signing, body);
          return { body, header: (name: string) => headers[name] ?? null };
        }),
      );
    },
    ...rest,
  };
};
let opened = new Date();

paymentsConformance(
  'the built-in bank',
  async () => {
    opened = new Date();
    return underTest(database.db, { cleanUp: async () => {} });
  },
  { faults: false },
);

paymentsConformance('the built-in bank whose database connection breaks', async () => {
  opened = new Date();
  const { db, faults, close } = await openFaultyDatabase(database.url);
  return underTest(db, { faults, cleanUp: close });
});
