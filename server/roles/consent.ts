// Puts consent requests and browsers together.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { findChromium } from '../../browser/chromium.ts';
import { createConsentBrowser } from '../../browser/pool.ts';
import type { Config } from '../config/config.ts';
import { createConsentWorker } from '../features/consent-requests/index.ts';
import type { FeatureContext } from '../features/context.ts';
import { targetGuard } from '../http/target-guard.ts';

export const startConsentWorker = (
  { consent, outgoing }: Config,
  context: FeatureContext,
  dataDir: string,
  log: Logger,
): { close(): Promise<void> } => {
  const browser = createConsentBrowser({
    chromium: () => findChromium(consent.browser, consent.directory ?? join(dataDir, 'browser')),
    mayGoTo: targetGuard(outgoing.allowTargets),
    maxMemoryBytes: consent.memoryMb * 1024 * 1024,
    log,
  });
  const worker = createConsentWorker({
    ...context,
    browser,
    concurrency: consent.browsers,
    timeLimitMs: consent.timeLimitS * 1000,
    log,
  });
  worker.start();
  return {
    async close() {
      await worker.close();
      await browser.close();
    },
  };
};
