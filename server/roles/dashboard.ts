// The dashboard as `npm run build:dashboard` leaves it; `npm start` builds it where it is missing or older than its sources.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { readSiteFiles, type SiteFiles } from '../http/site-files.ts';

const folder = join(import.meta.dirname, '../../clients/dashboard/dist');

export const readDashboard = (log: Pick<Logger, 'warn'>): SiteFiles | undefined => {
  const site = readSiteFiles(folder);
  if (!site) log.warn('the dashboard is not built, so there is no page at /: npm run build:dashboard');
  return site ?? undefined;
};
