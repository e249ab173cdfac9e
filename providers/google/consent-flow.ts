// Google's sign-in and consent pages. They are known by ids, field names and paths, which are the same in every language.
import type { Page } from 'playwright-core';
import type { ConsentFlow, ConsentReason } from '../contracts/consent-flow.ts';

const shows = async (page: Page, selector: string): Promise<boolean> =>
  page.locator(selector).first().isVisible();
const isAt = (page: Page, path: RegExp): boolean => path.test(new URL(page.url()).pathname);

/** 2026-11: the parameter `authError` of the error page is base64 of a message with these words in it. */
const errorReasons: readonly [RegExp, ConsentReason][] = [
  [/admin_policy_enforced|org_internal|app_not_configured_for_user/, 'admin_consent_required'],
  [/invalid_client|deleted_client|redirect_uri_mismatch|unauthorized_client/, 'client_unknown'],
  [/invalid_scope/, 'scope_not_allowed'],
  [/access_denied/, 'access_denied'],
];

const APPROVE = '#submit_approve_access button, button#submit_approve_access';

export const consentFlow: ConsentFlow = {
  vendor: 'google',
  hosts: () => [
    'accounts.google.com',
    '*.google.com',
    '*.gstatic.com',
    '*.googleusercontent.com',
    '*.googleapis.com',
  ],
  clientRegistration:
    'Google has no interface for it: in the Admin console, under Security → API controls → App access control, mark the client as trusted.',
  steps: [
    {
      name: 'error',
      is: async (page) => isAt(page, /^\/signin\/oauth\/error/),
      async act(page) {
        const encoded = new URL(page.url()).searchParams.get('authError') ?? '';
        const said = Buffer.from(encoded, 'base64').toString('latin1');
        const reason = errorReasons.find(([word]) => word.test(said))?.[1] ?? 'provider_error';
        const detail = /[a-z]+(?:_[a-z]+)+/.exec(said)?.[0];
        return detail === undefined ? { reason } : { reason, detail };
      },
    },
    {
      name: 'rejected',
      is: async (page) => isAt(page, /^\/(v3\/)?signin\/(v2\/)?(rejected|deniedsigninrejected)/),
      act: async () => ({
        reason: 'challenge_unsupported',
        detail: 'Google does not let this browser sign in',
      }),
    },
    {
      name: 'disabled',
      is: async (page) => isAt(page, /^\/(v3\/)?signin\/(v2\/)?disabled/),
      act: async () => ({ reason: 'account_unavailable' }),
    },
    {
      name: 'unknown_account',
      is: (page) => shows(page, '#identifierId[aria-invalid="true"]'),
      act: async () => ({ reason: 'account_unavailable' }),
    },
    {
      name: 'captcha',
      is: (page) => shows(page, 'input[name="ca"]'),
      act: async () => ({ reason: 'challenge_unsupported', detail: 'a captcha' }),
    },
    {
      name: 'wrong_password',
      is: (page) => shows(page, 'input[name="Passwd"][aria-invalid="true"]'),
      act: async () => ({ reason: 'wrong_password' }),
    },
    {
      name: 'identifier',
      is: (page) => shows(page, '#identifierId'),
      whenRepeated: 'account_unavailable',
      async act(page, { address }) {
        await page.locator('#identifierId').fill(address);
        await page.locator('#identifierNext button').click();
        return undefined;
      },
    },
    {
      name: 'account_chooser',
      is: (page) => shows(page, '[data-identifier]'),
      async act(page, { address }) {
        const own = page.locator(`[data-identifier="${address}"]`);
        // The last entry is for another account.
        await ((await own.count()) > 0
          ? own.first()
          : page.locator('[data-other-account], ul li').last()
        ).click();
        return undefined;
      },
    },
    {
      name: 'password',
      is: (page) => shows(page, 'input[name="Passwd"]'),
      whenRepeated: 'wrong_password',
      async act(page, { password }) {
        await page.locator('input[name="Passwd"]').fill(password);
        await page.locator('#passwordNext button').click();
        return undefined;
      },
    },
    {
      name: 'code',
      is: (page) => shows(page, '#totpPin'),
      mostTimes: 2,
      whenRepeated: 'totp_rejected',
      async act(page, { code }, attempt) {
        await page.locator('#totpPin').fill(await code(attempt));
        await page.locator('#totpNext button').click();
        return undefined;
      },
    },
    {
      name: 'challenge_chooser',
      is: (page) => shows(page, '[data-challengetype]'),
      async act(page) {
        // 6: a code of an authenticator.
        const authenticator = page.locator('[data-challengetype="6"]');
        if ((await authenticator.count()) === 0) return { reason: 'challenge_unsupported' };
        await authenticator.first().click();
        return undefined;
      },
    },
    {
      name: 'terms',
      is: async (page) =>
        isAt(page, /\/speedbump\//) && (await shows(page, '#confirm, input[name="confirm"]')),
      async act(page) {
        await page.locator('#confirm, input[name="confirm"]').first().click();
        return undefined;
      },
    },
    {
      name: 'unverified_app',
      is: async (page) => isAt(page, /^\/signin\/oauth\/(warning|danger)/) && (await shows(page, APPROVE)),
      async act(page) {
        await page.locator(APPROVE).first().click();
        return undefined;
      },
    },
    {
      name: 'consent',
      is: (page) => shows(page, APPROVE),
      // Signing in and scopes are two pages since 2024.
      mostTimes: 3,
      whenRepeated: 'provider_error',
      async act(page) {
        for (const box of await page.locator('input[type="checkbox"]:not(:checked)').all()) await box.check();
        await page.locator(APPROVE).first().click();
        return undefined;
      },
    },
  ],
};
