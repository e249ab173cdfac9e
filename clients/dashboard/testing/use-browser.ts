// The browser of one test file.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { TestInstallation } from '../../../server/testing/test-installation.ts';
import { launchBrowser, openPage } from './browser.ts';

/**
 * Call once in a file: a browser for its tests. What it answers opens a page for one test, closed after it; a test also
 * fails of what the browser complains of.
 */
export const useBrowser = (installed: TestInstallation): (() => Promise<Page>) => {
  let browser: Browser;
  let page: Page | undefined;
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 120_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    await page?.context().close();
    page = undefined;
    expect(complaints.splice(0), 'what the browser complained of').toEqual([]);
  });
  return async () => {
    page = await openPage(browser, installed.installation.baseUrl);
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // Refusals are shown to the viewer; that the browser notes them too is no fault.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
    return page;
  };
};
