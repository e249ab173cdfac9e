// What the operations on prewarmed domains are asked with, by the tests over all endpoints.
import type { PropertyFixtures } from './endpoint-properties.ts';
import { openMailboxes } from './open-mailbox.ts';
import type { TestInstallation } from './test-installation.ts';

export const prewarmInputs = (api: TestInstallation): NonNullable<PropertyFixtures['inputs']> => {
  const sellable = async () => {
    const { domain } = await openMailboxes(api.installation, api, 1);
    return { domain_uid: domain.uid, warmed_since: '2026-01-05T00:00:00.000Z', score: 90 };
  };
  const inStock = async (): Promise<string> =>
    (await api.post('/admin/prewarm/stock', await sellable())).body.stock.uid;
  const bought = async (): Promise<string> => {
    const body = { domains: [{ domain_id: await inStock() }] };
    return (await api.post('/prewarm/buy-domain', body)).body.data.order_uid;
  };
  return {
    'prewarm.search-domains': { body: {} },
    'prewarm.search-mailboxes': { body: {} },
    'prewarm.buy-domain': async () => ({ body: { domains: [{ domain_id: await inStock() }] } }),
    'prewarm.order-status': async () => ({ query: { order_uid: await bought() } }),
    'prewarm.list-stock': { query: {} },
    'prewarm.add-stock': async () => ({ body: await sellable() }),
    'prewarm.change-stock': async () => ({ params: { uid: await inStock() }, body: { score: 80 } }),
    'prewarm.withdraw-stock': async () => ({ params: { uid: await inStock() } }),
  };
};
