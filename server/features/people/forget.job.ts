// Forgets links that are over and attempts that were long ago.
import type { FeatureContext } from '../context.ts';
import { attemptsForget } from './attempts.ts';
import { linksForget } from './link-store.ts';

const LINKS_KEPT_MS = 30 * 24 * 60 * 60_000;

export const forgetPeoplesTraces = async (context: Pick<FeatureContext, 'db' | 'clock'>): Promise<void> => {
  await attemptsForget(context);
  await linksForget(context.db, new Date(context.clock.now().getTime() - LINKS_KEPT_MS));
};
