// Microsoft's sign-in and consent pages. Each says what it is in a `PageID`, and errors carry a code (AADSTS…) that is the
// same in every language.
import type { Page } from 'playwright-core';
import type { ConsentFlow, ConsentReason } from '../contracts/consent-flow.ts';

const shows = async (page: Page, selector: string): Promise<boolean> =>
  page.locator(selector).first().isVisible();

const isPage = async (page: Page, id: string): Promise<boolean> =>
  (await page.locator(`meta[name="PageID"][content="${id}"]`).count()) > 0;

/** learn.microsoft.com/entra/identity-platform/reference-error-codes, 2026-11. */
const codeReasons: Readonly<Record<string, ConsentReason>> = {
  '50034': 'account_unavailable',
  '50053': 'locked_out',
  '50057': 'account_unavailable',
  '50126': 'wrong_password',
  '50011': 'client_unknown',
  '70001': 'client_unknown',
  '700016': 'client_unknown',
  '65001': 'admin_consent_required',
  '90094': 'admin_consent_required',
  '90095': 'admin_consent_required',
  '50076': 'challenge_unsupported',
  '50079': 'challenge_unsupported',
  '53003': 'challenge_unsupported',
};

const codeOn = async (page: Page): Promise<string | null> =>
  /AADSTS(\d+)/.exec((await page.locator('body').textContent()) ?? '')?.[1] ?? null;

const NEXT = '#idSIButton9';

export const consentFlow: ConsentFlow = {
  vendor: 'microsoft',
  hosts: () => [
    'login.microsoftonline.com',
    '*.microsoftonline.com',
    'login.live.com',
    'login.windows.net',
    '*.msauth.net',
    '*.msftauth.net',
    '*.msidentity.com',
  ],
  clientRegistration:
    'In the Entra admin center, under Enterprise applications, an administrator grants the client consent for the organisation.',
  steps: [
    {
      name: 'error',
      is: async (page) => (await isPage(page, 'ConvergedError')) || (await codeOn(page)) !== null,
      async act(page) {
        const code = await codeOn(page);
        if (code === null) return { reason: 'provider_error' };
        return { reason: codeReasons[code] ?? 'provider_error', detail: `AADSTS${code}` };
      },
    },
    {
      name: 'unknown_account',
      is: (page) => shows(page, '#usernameError'),
      act: async () => ({ reason: 'account_unavailable' }),
    },
    {
      name: 'wrong_password',
      is: (page) => shows(page, '#passwordError'),
      act: async () => ({ reason: 'wrong_password' }),
    },
    {
      name: 'account_chooser',
      is: (page) => shows(page, '#tilesHolder'),
      async act(page, { address }) {
        const own = page.locator(`#tilesHolder [data-test-id="${address}"]`);
        await ((await own.count()) > 0 ? own.first() : page.locator('#otherTile')).click();
        return undefined;
      },
    },
    {
      name: 'identifier',
      is: (page) => shows(page, 'input[name="loginfmt"]'),
      whenRepeated: 'account_unavailable',
      async act(page, { address }) {
        await page.locator('input[name="loginfmt"]').fill(address);
        await page.locator(NEXT).click();
        return undefined;
      },
    },
    {
      name: 'password',
      is: (page) => shows(page, 'input[name="passwd"]'),
      whenRepeated: 'wrong_password',
      async act(page, { password }) {
        await page.locator('input[name="passwd"]').fill(password);
        await page.locator(NEXT).click();
        return undefined;
      },
    },
    {
      name: 'code',
      is: (page) => shows(page, 'input[name="otc"]'),
      mostTimes: 2,
      whenRepeated: 'totp_rejected',
      async act(page, { code }, attempt) {
        await page.locator('input[name="otc"]').fill(await code(attempt));
        await page.locator('#idSubmit_SAOTCC_Continue').click();
        return undefined;
      },
    },
    {
      name: 'challenge_chooser',
      is: (page) =>
        shows(
          page,
          '[data-value="PhoneAppOTP"], [data-value="PhoneAppNotification"], [data-value="OneWaySMS"]',
        ),
      async act(page) {
        const authenticator = page.locator('[data-value="PhoneAppOTP"]');
        if ((await authenticator.count()) === 0) return { reason: 'challenge_unsupported' };
        await authenticator.first().click();
        return undefined;
      },
    },
    {
      name: 'another_way',
      is: (page) => shows(page, '#signInAnotherWay'),
      async act(page) {
        await page.locator('#signInAnotherWay').click();
        return undefined;
      },
    },
    {
      name: 'more_information',
      is: (page) => isPage(page, 'ConvergedProofUpRedirect'),
      async act(page) {
        if (!(await shows(page, '#btnAskLater'))) {
          return {
            reason: 'challenge_unsupported',
            detail: 'the account has to be set up for more factors first',
          };
        }
        await page.locator('#btnAskLater').click();
        return undefined;
      },
    },
    {
      name: 'change_password',
      is: (page) => isPage(page, 'ConvergedChangePassword'),
      act: async () => ({ reason: 'challenge_unsupported', detail: 'a new password has to be chosen' }),
    },
    {
      name: 'stay_signed_in',
      is: async (page) => (await isPage(page, 'KmsiInterrupt')) || (await shows(page, '#KmsiCheckboxField')),
      async act(page) {
        await page.locator('#idBtn_Back').click();
        return undefined;
      },
    },
    {
      name: 'consent',
      is: async (page) => (await isPage(page, 'ConvergedConsent')) && (await shows(page, NEXT)),
      whenRepeated: 'provider_error',
      async act(page) {
        await page.locator(NEXT).click();
        return undefined;
      },
    },
    {
      // Without a button to accept with, only an administrator can.
      name: 'approval_required',
      is: (page) => isPage(page, 'ConvergedConsent'),
      act: async () => ({ reason: 'admin_consent_required' }),
    },
  ],
};
