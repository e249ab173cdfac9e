// Acme does what every DNS host must do, measured against its fake.
import { dnsHostConformance } from '../../../providers/contracts/dns-host.conformance.ts';
import { createApi } from './api.ts';
import { createDnsHost } from './dns-host.ts';
import { startFake } from './fake.ts';
import { dnsHostRoutes } from './fake-dns-host.ts';

dnsHostConformance('Acme', async () => {
  const fake = await startFake(dnsHostRoutes());
  let names = 0;
  return {
    dnsHost: createDnsHost(createApi(fake)),
    freshName: () => `northpeak-${names++}.example`,
    faults: fake.faults,
    cleanUp: fake.close,
  };
});
