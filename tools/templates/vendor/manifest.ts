// What Acme serves, what it cannot, and what it must be given.
import type { Manifest } from '../../../providers/contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'acme',
  title: 'Acme',
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  roles: {},
};
