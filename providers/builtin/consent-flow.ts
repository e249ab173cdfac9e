// The sign-in pages of this installation's identity plane: address and password, code, consent.
import type { Page } from 'playwright-core';
import type { ConsentFlow, ConsentReason } from '../contracts/consent-flow.ts';

/** Why a page says no, as its alert has it for programs. */
const problems: Readonly<Record<string, ConsentReason>> = {
  wrong_password: 'wrong_password',
  locked_out: 'locked_out',
  wrong_code: 'totp_rejected',
};

const problemOf = async (page: Page): Promise<string | null> => {
  const alert = page.locator('[role="alert"][data-problem]');
  return (await alert.count()) > 0 ? alert.first().getAttribute('data-problem') : null;
};

const has = async (page: Page, selector: string): Promise<boolean> =>
  (await page.locator(selector).count()) > 0;
const press = (page: Page, action: string): Promise<void> =>
  page.locator(`button[name="action"][value="${action}"]`).click();

/** @param issuer where the identity plane is reached; asked when used, because its port is known late */
export const createConsentFlow = (issuer: () => string): ConsentFlow => ({
  vendor: 'builtin',
  hosts: () => [new URL(issuer()).hostname],
  ownHosts: () => {
    const { hostname, port, protocol } = new URL(issuer());
    return [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
  },
  clientRegistration: 'not_needed',
  steps: [
    {
      name: 'error',
      is: (page) => has(page, '[role="alert"][data-error]'),
      async act(page) {
        const error = (await page.locator('[role="alert"][data-error]').getAttribute('data-error')) ?? '';
        const isClient = /^invalid_(client|redirect_uri)$/.test(error);
        return { reason: isClient ? 'client_unknown' : 'provider_error', detail: error };
      },
    },
    {
      name: 'refused',
      is: async (page) => Object.hasOwn(problems, (await problemOf(page)) ?? ''),
      act: async (page) => ({ reason: problems[(await problemOf(page))!]! }),
    },
    {
      name: 'password',
      is: (page) => has(page, 'input[type="password"]'),
      whenRepeated: 'wrong_password',
      async act(page, { address, password }) {
        await page.locator('input[name="address"]').fill(address);
        await page.locator('input[type="password"]').fill(password);
        await press(page, 'password');
        return undefined;
      },
    },
    {
      name: 'code',
      is: (page) => has(page, 'input[autocomplete="one-time-code"]'),
      // Once more when the code was used a moment ago, by another request or a person.
      mostTimes: 2,
      whenRepeated: 'totp_rejected',
      async act(page, { code }, attempt) {
        await page.locator('input[autocomplete="one-time-code"]').fill(await code(attempt));
        await press(page, 'code');
        return undefined;
      },
    },
    {
      name: 'consent',
      is: (page) => has(page, 'button[name="action"][value="allow"]'),
      async act(page, { client }) {
        const asking = await page.locator('[data-client-id]').getAttribute('data-client-id');
        if (asking !== client.id) return { reason: 'client_not_allowed', detail: asking ?? '' };
        await press(page, 'allow');
        return undefined;
      },
    },
  ],
});
