// Acme does what every mailbox host must do, measured against its fake.
import { mailboxHostConformance } from '../../../providers/contracts/mailbox-host.conformance.ts';
import { createApi } from './api.ts';
import { startFake } from './fake.ts';
import { mailboxHostRoutes } from './fake-mailbox-host.ts';
import { createMailboxHost } from './mailbox-host.ts';

const open = async () => {
  const { routes, signIn } = mailboxHostRoutes();
  const fake = await startFake(routes);
  let names = 0;
  return {
    mailboxHost: createMailboxHost(createApi(fake)),
    freshName: () => `northpeak-${names++}.example`,
    signIn: async (address: string, secret: string) => signIn(address, secret),
    faults: fake.faults,
    cleanUp: fake.close,
  };
};

mailboxHostConformance('Acme', open, { dkimRotation: false });
