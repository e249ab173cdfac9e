// Acme does what every registrar must do, measured against its fake.
import { registrarConformance } from '../../../providers/contracts/registrar.conformance.ts';
import { createApi } from './api.ts';
import { startFake } from './fake.ts';
import { registrarRoutes } from './fake-registrar.ts';
import { createRegistrar } from './registrar.ts';

registrarConformance('Acme', async () => {
  const fake = await startFake(registrarRoutes());
  let names = 0;
  return {
    registrar: createRegistrar(createApi(fake)),
    freshName: () => `northpeak-${names++}.com`,
    faults: fake.faults,
    cleanUp: fake.close,
  };
});
