// A headless Chromium for tests and pictures of the dashboard, and what visitors do in it again and again.
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../browser/chromium.ts';

/** Shared with the tests of consent requests, so that it is unpacked once. */
const UNPACKED = join(import.meta.dirname, '../../../node_modules/.cache/inboxkit-browser');

/** Without its sandbox, which containers often refuse: it sees the pages of this installation only. */
export const launchBrowser = async (): Promise<Browser> => {
  const { executablePath, env } = await findChromium(null, UNPACKED);
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: ['--disable-dev-shm-usage', '--disable-gpu'],
    chromiumSandbox: false,
    headless: true,
  });
};

export type Viewer = { width?: number; dark?: boolean; locale?: string };

/** A page of its own, as somebody sees it who has never been here. */
export const openPage = async (
  browser: Browser,
  baseUrl: string,
  { width = 1280, dark = false, locale = 'en-US' }: Viewer = {},
): Promise<Page> => {
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width, height: width < 600 ? 844 : 820 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale,
    timezoneId: 'UTC',
  });
  return context.newPage();
};

export const signIn = async (page: Page, apiKey: string): Promise<void> => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign in with an API key' }).click();
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
};

export const signInAs = async (page: Page, email: string, password: string): Promise<void> => {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

export const signOut = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Theme and account' }).filter({ visible: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to InboxKit' }).waitFor();
};

/** Waits until no part of the page is loading. */
export const loaded = async (page: Page): Promise<void> => {
  const waiting = page.getByRole('status', { name: 'Loading' });
  while ((await waiting.count()) > 0) await page.waitForTimeout(50);
};
