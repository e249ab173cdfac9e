// Works one consent request on one context: looks which page is shown, does what the flow says, until the client has its
// answer, somebody refuses, or time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page, Request } from 'playwright-core';
import {
  type ConsentFlow,
  type ConsentJob,
  type ConsentOutcome,
  type FlowStep,
  hostIsAmong,
  type Refusal,
} from '../providers/contracts/consent-flow.ts';
import type { Egress } from './egress.ts';

const LOOK_EVERY_MS = 100;
/** How long a page that no step knows may stay, for it may still be loading. */
const RECOGNISE_WITHIN_MS = 10_000;
/** A page whose address does not answer tells nothing about itself, for as long as that lasts. */
const ASK_WITHIN_MS = 2_000;
/** How long a page that was acted on may stay what it is. */
const MOVE_WITHIN_MS = 20_000;

export const runFlow = async (
  context: BrowserContext,
  egress: Egress,
  flow: ConsentFlow,
  job: ConsentJob,
): Promise<ConsentOutcome> => {
  const watched = watchNavigation(context, egress, flow, job);
  const page = await context.newPage();
  const deadline = Date.now() + job.timeLimitMs;
  page.goto(job.consentUrl, { waitUntil: 'commit', timeout: job.timeLimitMs }).catch(() => {});

  const acted = new Map<FlowStep, number>();
  let last = null as { step: FlowStep; document: number; at: number } | null;
  let unknownSince = Date.now();
  for (;;) {
    job.signal.throwIfAborted();
    const outcome = watched.outcome();
    if (outcome) {
      await tell(job, outcome.ok ? 'client_answered' : outcome.reason, shown(context) ?? page);
      return outcome;
    }
    if (Date.now() > deadline) return end(job, shown(context) ?? page, { reason: 'timed_out' });
    const current = shown(context);
    if (!current) return { ok: false, reason: 'browser_crashed', detail: 'the page closed itself' };
    const step = await recognise(flow.steps, current, job);
    const now = Date.now();
    if (!step) {
      if (now - unknownSince > RECOGNISE_WITHIN_MS) {
        const state = current.evaluate('document.readyState').catch(() => 'loading');
        const loading = (await withinMs(ASK_WITHIN_MS, state, 'loading')) !== 'complete';
        return end(job, current, { reason: loading ? 'timed_out' : 'page_not_recognised' });
      }
    } else if (last?.step === step && last.document === watched.documents) {
      // The same page: it has been acted on, and has not moved yet.
      unknownSince = now;
      if (now - last.at > MOVE_WITHIN_MS)
        return end(job, current, { reason: 'timed_out', detail: step.name });
    } else {
      unknownSince = now;
      const times = acted.get(step) ?? 0;
      if (times >= (step.mostTimes ?? 1)) {
        return end(job, current, { reason: step.whenRepeated ?? 'page_not_recognised', detail: step.name });
      }
      acted.set(step, times + 1);
      last = { step, document: watched.documents, at: now };
      await tell(job, step.name, current);
      const refusal = await act(step, current, job, times);
      if (refusal) return { ok: false, ...refusal };
      last.at = Date.now();
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: job.signal });
  }
};

/** What a person would be looking at: the window opened last. */
const shown = (context: BrowserContext): Page | undefined =>
  context.pages().findLast((page) => !page.isClosed());

const recognise = async (
  steps: readonly FlowStep[],
  page: Page,
  job: ConsentJob,
): Promise<FlowStep | undefined> => {
  for (const step of steps) {
    // A page that is being replaced cannot be asked; the next one can.
    const answer = await withinMs(
      ASK_WITHIN_MS,
      step.is(page, job).catch(() => false),
      null,
    );
    if (answer === null) return undefined;
    if (answer) return step;
  }
  return undefined;
};

/** What has not come by then is taken for `otherwise`; nobody waits for it any more. */
const withinMs = async <T, Otherwise>(
  ms: number,
  coming: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Otherwise>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  return Promise.race([coming, late]).finally(() => clearTimeout(timer));
};

const act = async (
  step: FlowStep,
  page: Page,
  job: ConsentJob,
  attempt: number,
): Promise<Refusal | undefined> => {
  try {
    return await step.act(page, job, attempt);
  } catch (error) {
    job.signal.throwIfAborted();
    // A page that moved on while it was acted on has done what was wanted; one that has not is shown again.
    if (page.isClosed() || isNavigation(error)) return undefined;
    return { reason: 'timed_out', detail: step.name };
  }
};

const isNavigation = (error: unknown): boolean =>
  /navigat|context was destroyed|detached|closed/i.test((error as Error).message);

const end = async (job: ConsentJob, page: Page, refusal: Refusal): Promise<ConsentOutcome> => {
  await tell(job, refusal.reason, page);
  return { ok: false, ...refusal };
};

const tell = async (job: ConsentJob, step: string, page: Page): Promise<void> => {
  const { origin, pathname } = URL.parse(page.url()) ?? { origin: '', pathname: '' };
  // What people type is blanked before the picture is taken: secrets never leave the page.
  const screenshot = await page
    .screenshot({
      type: 'jpeg',
      quality: 50,
      timeout: 5_000,
      mask: [page.locator('input, textarea')],
      maskColor: '#000000',
    })
    .catch(() => null);
  const title = await page.title().catch(() => '');
  await job.onPage({ step, url: `${origin}${pathname}`, title: title.slice(0, 200), screenshot });
};

type Watched = {
  outcome(): ConsentOutcome | null;
  /** Grows with every document shown. */
  documents: number;
};

/** Follows every navigation, also those inside of redirects, which pages never show. */
const watchNavigation = (
  context: BrowserContext,
  egress: Egress,
  flow: ConsentFlow,
  job: ConsentJob,
): Watched => {
  let concluded: ConsentOutcome | null = null;
  const watched: Watched = {
    documents: 0,
    outcome() {
      if (concluded?.ok) return concluded;
      // Before what the browser makes of it: a refused address looks to it like any other failure.
      const address = [...egress.refused].find(([, because]) => because === 'address')?.[0];
      return address === undefined
        ? concluded
        : { ok: false, reason: 'address_not_allowed', detail: address };
    },
  };
  const hosts = [...flow.hosts(), ...job.client.hosts];
  let callback: URL | null = null;
  const conclude = (outcome: ConsentOutcome) => {
    concluded ??= outcome;
  };
  const isCallback = (url: URL) =>
    callback !== null && url.origin === callback.origin && url.pathname === callback.pathname;

  context.on('request', (request) => {
    const url = isMain(request) ? URL.parse(request.url()) : null;
    if (!url || !/^https?:$/.test(url.protocol)) return;
    if (isCallback(url)) return;
    if (!hostIsAmong(url.hostname, hosts)) {
      conclude({ ok: false, reason: 'host_not_allowed', detail: url.hostname });
      return;
    }
    const asked = askedFor(url);
    if (!asked) return;
    if (asked.clientId !== job.client.id) {
      conclude({ ok: false, reason: 'client_not_allowed', detail: asked.clientId });
      return;
    }
    const more = asked.scopes.filter((scope) => !job.client.scopes.includes(scope));
    if (more.length > 0) conclude({ ok: false, reason: 'scope_not_allowed', detail: more.join(' ') });
    else if (!hostIsAmong(asked.redirect.hostname, hosts)) {
      conclude({ ok: false, reason: 'host_not_allowed', detail: asked.redirect.hostname });
    } else callback = asked.redirect;
  });

  context.on('response', (response) => {
    const request = response.request();
    const url = isMain(request) ? URL.parse(request.url()) : null;
    if (!url || !isCallback(url)) return;
    const error = url.searchParams.get('error');
    if (error) conclude({ ok: false, ...refusalOf(error, url.searchParams.get('error_description')) });
    else if (response.status() < 400) conclude({ ok: true });
    else
      conclude({ ok: false, reason: 'callback_failed', detail: `the client answered ${response.status()}` });
  });

  context.on('requestfailed', (request) => {
    const url = isMain(request) ? URL.parse(request.url()) : null;
    if (url && isCallback(url))
      conclude({ ok: false, reason: 'callback_failed', detail: 'the client did not answer' });
  });

  context.on('page', (page) => {
    page.on('framenavigated', (frame) => {
      if (frame.parentFrame() === null) watched.documents += 1;
    });
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}));
    page.on('crash', () => conclude({ ok: false, reason: 'browser_crashed' }));
  });

  return watched;
};

/** Whether it loads a whole page, and not a part of one. */
const isMain = (request: Request): boolean => {
  if (!request.isNavigationRequest()) return false;
  try {
    return request.frame().parentFrame() === null;
  } catch {
    // The first request of a new window, whose page is not there yet.
    return true;
  }
};

/** What an authorization request (RFC 6749 §4.1.1) asks for; null for any other address. */
const askedFor = ({ searchParams }: URL): { clientId: string; scopes: string[]; redirect: URL } | null => {
  const clientId = searchParams.get('client_id');
  const redirect = URL.parse(searchParams.get('redirect_uri') ?? '');
  if (clientId === null || redirect === null || !searchParams.has('response_type')) return null;
  return { clientId, scopes: (searchParams.get('scope') ?? '').split(/\s+/).filter(Boolean), redirect };
};

/** What the client was told instead of a code (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
const refusalOf = (error: string, description: string | null): Refusal => {
  const detail = [error, description].filter(Boolean).join(': ').slice(0, 300);
  if (/AADSTS(90094|65001|900941)\b/.test(detail)) return { reason: 'admin_consent_required', detail };
  if (error === 'access_denied') return { reason: 'access_denied', detail };
  if (error === 'unauthorized_client' || error === 'invalid_client')
    return { reason: 'client_unknown', detail };
  if (error === 'invalid_scope') return { reason: 'scope_not_allowed', detail };
  return { reason: 'provider_error', detail };
};
