// Front door of API keys.
import { createKey, type OpenSandbox } from './create.endpoint.ts';
import { getKey } from './get.endpoint.ts';
import { listKeys } from './list.endpoint.ts';
import { revokeKey } from './revoke.endpoint.ts';
import { rotateKey } from './rotate.endpoint.ts';
import type { ReadKeyCaps, ReadWorkspacesOfDomains } from './schema.ts';

export { keyErrors } from './errors.ts';
export { revokeKeysOf } from './revoke-of-workspace.ts';

export type { OpenSandbox };

/** How a sandbox is made, and what billing knows of a key, and where domains are, are handed in: who knows comes later in the order of features. */
export const keyEndpoints = (
  openSandbox: OpenSandbox,
  readCaps: ReadKeyCaps,
  readWorkspaces: ReadWorkspacesOfDomains,
) => [
  createKey(openSandbox, readCaps, readWorkspaces),
  listKeys(readCaps),
  getKey(readCaps),
  revokeKey(readCaps),
  rotateKey(readCaps),
];
