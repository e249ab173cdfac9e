// Forgets sessions that are over, devices that were not seen for long, and challenges that nobody answered.
import type { FeatureContext } from '../context.ts';
import { challengesForget } from '../passkeys/index.ts';
import { sessionsForget } from './store.ts';

/** As long as browsers keep the cookie. */
const DEVICES_KEPT_MS = 400 * 24 * 60 * 60_000;

export const forgetSessions = async ({
  db,
  clock,
  settings,
}: Pick<FeatureContext, 'db' | 'clock' | 'settings'>): Promise<void> => {
  const now = clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  await sessionsForget(db, {
    now,
    idleSince: before(settings.sessions.idleMs),
    devicesSince: before(DEVICES_KEPT_MS),
  });
  await challengesForget(db, now);
};
