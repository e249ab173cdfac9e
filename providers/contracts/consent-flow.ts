// A consent flow: how a vendor's sign-in and consent pages are recognised, and what is done on each. Pages are known by
// their structure (ids, names, kinds of fields), never by words, which are in another language for the next person, and
// in no order: whatever page is shown is acted on.
import type { Page } from 'playwright-core';

/** Why a consent request did not end with consent. */
export const consentReasons = {
  wrong_password: 'The password of the mailbox was not accepted.',
  totp_rejected: 'The one-time code of the mailbox was not accepted.',
  locked_out: 'The sign-in pages do not listen to this mailbox for a while, after too many attempts.',
  account_unavailable: 'The sign-in pages do not know the mailbox, or it is closed there.',
  challenge_unsupported: 'The sign-in pages ask for something that only a person can give.',
  client_not_allowed: 'The pages belong to a client that is not on the allow-list of the workspace.',
  client_unknown: 'The sign-in pages do not know the client, or refuse it.',
  scope_not_allowed: 'More was asked for than the allow-list of the workspace lets the client have.',
  host_not_allowed: 'The address leads to a host that is neither the vendor’s nor on the allow-list.',
  address_not_allowed: 'The address leads into a network that nobody may be led to.',
  admin_consent_required: 'An administrator of the domain has to agree first.',
  access_denied: 'The sign-in pages told the client that access was denied.',
  provider_error: 'The sign-in pages answered with an error.',
  callback_failed: 'Consent was given, and the client did not take the answer.',
  page_not_recognised: 'A page was shown that this flow does not know.',
  timed_out: 'A page took too long.',
  browser_crashed: 'The browser crashed or needed too much memory.',
} as const;
export type ConsentReason = keyof typeof consentReasons;

/** Those after which another try may end better by itself. */
export const passingReasons: readonly ConsentReason[] = [
  'timed_out',
  'browser_crashed',
  'page_not_recognised',
];

export type Refusal = { reason: ConsentReason; detail?: string };

export type FlowJob = {
  address: string;
  password: string;
  client: { id: string };
  /** The one-time code of now; of the next step, when this one was used already. */
  code(attempt: number): Promise<string>;
};

export type FlowStep = {
  /** For the trail. */
  name: string;
  is(page: Page, job: FlowJob): Promise<boolean>;
  /** Answers why it ends here; nothing when the page was dealt with. `attempt` counts from 0. */
  act(page: Page, job: FlowJob, attempt: number): Promise<Refusal | undefined>;
  /** How often the page may be shown anew; then it ends with `whenRepeated`. Default 1. */
  mostTimes?: number;
  whenRepeated?: ConsentReason;
};

export type ConsentFlow = {
  vendor: string;
  /** Hosts whose pages these are: `accounts.example.com`, or `*.example.com` for all below it. */
  hosts(): readonly string[];
  /** Of them, `host:port` of pages on this installation, wherever that is. */
  ownHosts?(): readonly string[];
  /** How a domain comes to take a client: it takes all, or what a person has to do at the vendor. */
  clientRegistration: 'not_needed' | (string & {});
  /** Tried in this order. Refusals come first. */
  steps: readonly FlowStep[];
};

/** Whether a host is one of these: `accounts.example.com`, or `*.example.com` for all below it. */
export const hostIsAmong = (host: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));

export type PageSeen = {
  step: string;
  /** Without query and fragment, in which codes and states are. */
  url: string;
  title: string;
  /** JPEG with every field blanked. */
  screenshot: Buffer | null;
};

export type ConsentJob = FlowJob & {
  consentUrl: string;
  client: { id: string; scopes: readonly string[]; hosts: readonly string[] };
  /** For all of it. */
  timeLimitMs: number;
  signal: AbortSignal;
  onPage(page: PageSeen): Promise<void>;
};

export type ConsentOutcome = { ok: true } | ({ ok: false } & Refusal);

/** Works consent screens, each in a browser context of its own. */
export type ConsentBrowser = {
  /** Never throws for what happens on pages; throws the signal's reason when it is aborted. */
  run(flow: ConsentFlow, job: ConsentJob): Promise<ConsentOutcome>;
  close(): Promise<void>;
};
