// Front door of warm-up: mailboxes of this installation that write to each other, more from day to day.
import { addToWarmup } from './add.endpoint.ts';
import { warmupMonthPaid } from './advance.job.ts';
import { cancelWarmups } from './cancel.endpoint.ts';
import { warmupDetails } from './details.endpoint.ts';
import { listWarmups } from './list.endpoint.ts';
import { WAITS_AS } from './move.ts';
import { pauseWarmups } from './pause.endpoint.ts';
import { warmupPricing } from './pricing.endpoint.ts';
import { resumeWarmups } from './resume.endpoint.ts';
import { warmupStats } from './stats.endpoint.ts';
import { updateWarmups } from './update.endpoint.ts';

export { addWarmups } from './add.ts';
export { advanceWarmups } from './advance.job.ts';
export { warmupErrors } from './errors.ts';
export { warmupSeller } from './seller.ts';
export { createWarmupWorker } from './send.job.ts';
export { warmupDomainsCharged } from './store.ts';
export { upcomingWarmupRenewals } from './upcoming.ts';

/** How an unpaid warm-up goes on when credits arrive. */
export const warmupContinuations = { [WAITS_AS]: warmupMonthPaid };

export const warmupEndpoints = [
  warmupPricing,
  warmupStats,
  listWarmups,
  warmupDetails,
  addToWarmup,
  updateWarmups,
  pauseWarmups,
  resumeWarmups,
  cancelWarmups,
];
