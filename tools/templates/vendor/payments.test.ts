// Acme does what every payment vendor must do, measured against its fake.
import { paymentsConformance } from '../../../providers/contracts/payments.conformance.ts';
import { createApi } from './api.ts';
import { startFake } from './fake.ts';
import { createBank } from './fake-payments.ts';
import { createPayments } from './payments.ts';

paymentsConformance('Acme', async () => {
  const { routes, webhookSecret, person, bank, notices } = createBank();
  const fake = await startFake(routes);
  return {
    payments: createPayments(createApi(fake), { webhookSecret, now: () => new Date() }),
    person,
    bank,
    notices,
    faults: fake.faults,
    cleanUp: fake.close,
  };
});
