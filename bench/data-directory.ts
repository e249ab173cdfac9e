// Temporary data directories.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from './leftovers.ts';

export type DataDirectory = { path: string; remove(): Promise<void> };

export const makeDataDirectory = async (): Promise<DataDirectory> => {
  const path = await mkdtemp(join(tmpdir(), 'inboxkit-bench-'));
  const remove = keep(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return { path, remove };
};
