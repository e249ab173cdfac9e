// What the operations on warm-up, and on domains that are sold warm, are asked with, by the tests over all endpoints.
import type { PropertyFixtures } from './endpoint-properties.ts';
import { prewarmInputs } from './prewarm-inputs.ts';
import type { TestInstallation } from './test-installation.ts';

export const warmupInputs = (
  api: TestInstallation,
  mailboxUid: string,
): NonNullable<PropertyFixtures['inputs']> => {
  const own = { mailbox_uids: [mailboxUid] };
  /** Again after a property before cancelled it: the mailbox has one warm-up, and it goes on. */
  const added = async () => {
    await api.post('/warmup/add', own);
    return { body: own };
  };
  return {
    ...prewarmInputs(api),
    'warmup.pricing': { query: {} },
    'warmup.stats': { query: {} },
    'warmup.list': { body: {} },
    'warmup.details': async () => {
      await added();
      return { query: { mailbox_uid: mailboxUid } };
    },
    'warmup.add': { body: own },
    'warmup.update': async () => ({ body: { ...(await added()).body, settings: { max: 20 } } }),
    'warmup.pause': added,
    'warmup.resume': added,
    'warmup.cancel': added,
  };
};
