// What every consent flow promises, asked on pages that behave like its vendor's, with a real browser. A vendor adds the
// pages of its own, each with how it has to end.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../browser/chromium.ts';
import { createConsentBrowser } from '../../browser/pool.ts';
import type { ConsentBrowser, ConsentFlow, ConsentReason, PageSeen } from './consent-flow.ts';

export const PASSWORD = 'correct-horse-Battery-9';
const CODES = ['111111', '222222'];

export type FlowWorld<Behaviour> = {
  flow: ConsentFlow;
  /** Where clients send people to. */
  authorizeUrl: string;
  /** Pages on which everything goes well. */
  well: Behaviour;
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
};

export type FlowCase<Behaviour> = [
  title: string,
  change: Partial<Behaviour>,
  ends: 'consent' | ConsentReason,
  /** Steps that have to be among those seen. */
  steps?: string[],
];

export const describeConsentFlow = <Behaviour extends { password: string; takesCode(code: string): boolean }>(
  open: () => Promise<FlowWorld<Behaviour>>,
  cases: FlowCase<Behaviour>[],
): void => {
  let world: FlowWorld<Behaviour>;
  let client: Server;
  let browser: ConsentBrowser;
  let arrived: string | null;

  beforeAll(async () => {
    world = await open();
    client = createServer((request, response) => {
      arrived = request.url ?? null;
      response.end('Thank you');
    });
    await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
    browser = createConsentBrowser({
      chromium: () =>
        findChromium(null, join(import.meta.dirname, '../../node_modules/.cache/inboxkit-browser')),
      mayGoTo: () => true,
      maxMemoryBytes: 2 ** 31,
      log: { info() {}, warn() {} },
    });
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
    await new Promise((resolve) => client.close(resolve));
  });

  const run = async (change: Partial<Behaviour>) => {
    world.behave({ ...world.well, ...change });
    arrived = null;
    const pages: PageSeen[] = [];
    const url = new URL(world.authorizeUrl);
    const { port } = client.address() as AddressInfo;
    const asked = {
      client_id: 'the-client',
      response_type: 'code',
      scope: 'mail',
      redirect_uri: `http://127.0.0.1:${port}/done`,
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    const outcome = await browser.run(world.flow, {
      consentUrl: url.href,
      address: 'mara@getnorthpeak.com',
      password: PASSWORD,
      code: async (attempt) => CODES[attempt]!,
      client: { id: 'the-client', scopes: ['mail'], hosts: ['127.0.0.1'] },
      timeLimitMs: 60_000,
      signal: new AbortController().signal,
      onPage: async (page) => void pages.push(page),
    });
    return { ends: outcome.ok ? 'consent' : outcome.reason, pages };
  };

  describe('a consent flow', () => {
    test('signs in, agrees, and follows the answer to the client', async () => {
      const { ends, pages } = await run({});
      expect(ends).toBe('consent');
      expect(arrived).toContain('code=');
      for (const { url, screenshot } of pages) {
        expect(url).not.toContain('?');
        expect(screenshot?.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
      }
    });

    test('tells a wrong password, and tries it once', async () => {
      const { ends, pages } = await run({ password: 'another' } as Partial<Behaviour>);
      expect(ends).toBe('wrong_password');
      expect(pages.filter(({ step }) => step === 'password')).toHaveLength(1);
      expect(arrived).toBeNull();
    });

    test('takes the next code when one was used already, and tells when that is wrong too', async () => {
      expect((await run({ takesCode: (code: string) => code === CODES[1] } as Partial<Behaviour>)).ends).toBe(
        'consent',
      );
      const { ends, pages } = await run({ takesCode: () => false } as unknown as Partial<Behaviour>);
      expect(ends).toBe('totp_rejected');
      expect(pages.filter(({ step }) => step === 'code')).toHaveLength(2);
    });
  });

  describe('pages of the vendor', () => {
    test.each(cases)('%s', async (_title, change, ends, steps = []) => {
      const outcome = await run(change);
      expect([outcome.ends, outcome.pages.map(({ step }) => step)]).toEqual([
        ends,
        expect.arrayContaining(steps),
      ]);
      expect(arrived?.includes('code=') ?? false).toBe(ends === 'consent');
    });
  });
};
