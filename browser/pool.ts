// Browsers for consent requests: a few processes, each request in a context of its own that is thrown away, with its own
// way out, bounds on memory and time, and a new process after a crash.
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Browser, BrowserServer } from 'playwright-core';
import type {
  ConsentBrowser,
  ConsentFlow,
  ConsentJob,
  ConsentOutcome,
} from '../providers/contracts/consent-flow.ts';
import type { Chromium } from './chromium.ts';
import { type EgressRules, startEgress } from './egress.ts';
import { runFlow } from './run-flow.ts';

export type ConsentBrowserOptions = {
  /** Asked when the first request comes, because unpacking takes seconds. */
  chromium(): Promise<Chromium>;
  mayGoTo: EgressRules['mayGoTo'];
  /** Of one browser with all its processes. */
  maxMemoryBytes: number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
};

/** Then it makes place for a fresh one: browsers grow. */
const JOBS_PER_BROWSER = 50;
const WEIGH_EVERY_MS = 1_000;
const LAUNCH_WITHIN_MS = 60_000;

const ARGUMENTS = [
  '--disable-dev-shm-usage',
  '--disable-gpu',
  // Nothing goes past the proxy.
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-quic',
  '--disable-background-networking',
  '--no-pings',
];

type Process = { server: BrowserServer; browser: Browser; jobs: number; tooBig: boolean };

export const createConsentBrowser = (options: ConsentBrowserOptions): ConsentBrowser => {
  const { log } = options;
  const idle: Process[] = [];
  const all = new Set<Process>();
  let sandbox = process.getuid?.() !== 0;

  const launch = async (): Promise<Process> => {
    // Half a second to load, which is nothing to ask of a start that may never see a request.
    const { chromium } = await import('playwright-core');
    const { executablePath, env } = await options.chromium();
    const start = (chromiumSandbox: boolean) =>
      chromium.launchServer({
        executablePath,
        chromiumSandbox,
        headless: true,
        host: '127.0.0.1',
        timeout: LAUNCH_WITHIN_MS,
        args: ARGUMENTS,
        // Nothing of this process's environment: there are secrets in it.
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: tmpdir(), ...env },
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    let server: BrowserServer;
    try {
      server = await start(sandbox);
    } catch (error) {
      if (!sandbox) throw error;
      // Containers often refuse the namespaces it is made of.
      server = await start(false);
      sandbox = false;
      log.warn({}, 'consent: this system does not let the browser have its sandbox');
    }
    const browser = await chromium.connect(server.wsEndpoint());
    const launched = { server, browser, jobs: 0, tooBig: false };
    all.add(launched);
    return launched;
  };
  const discard = async (gone: Process): Promise<void> => {
    all.delete(gone);
    await gone.browser.close().catch(() => {});
    await gone.server.kill().catch(() => {});
  };

  const take = async (): Promise<Process> => {
    for (let known = idle.pop(); known; known = idle.pop()) {
      if (known.browser.isConnected()) return known;
      await discard(known);
    }
    return launch();
  };

  /** A big one is ended, which its job sees as a crash. */
  const weigh = async (running: Process): Promise<void> => {
    const bytes = await memoryOf(running.server.process().pid ?? 0);
    if (bytes <= options.maxMemoryBytes) return;
    running.tooBig = true;
    log.warn({ bytes }, 'consent: a browser needed too much memory and was ended');
    await running.server.kill();
  };

  const inContext = async (taken: Process, flow: ConsentFlow, job: ConsentJob): Promise<ConsentOutcome> => {
    const ownHosts = flow.ownHosts?.() ?? [];
    const egress = await startEgress({
      hosts: [...flow.hosts(), ...job.client.hosts],
      ownHosts,
      mayGoTo: options.mayGoTo,
    });
    try {
      const context = await taken.browser.newContext({
        proxy: { server: `http://127.0.0.1:${egress.port}` },
        acceptDownloads: false,
        serviceWorkers: 'block',
        viewport: { width: 1024, height: 768 },
        locale: 'en-US',
      });
      try {
        return await runFlow(context, egress, flow, job);
      } finally {
        await context.close().catch(() => {});
      }
    } finally {
      await egress.close();
    }
  };

  return {
    async run(flow, job) {
      const taken = await take();
      taken.jobs += 1;
      const scales = setInterval(() => void weigh(taken).catch(() => {}), WEIGH_EVERY_MS);
      try {
        return await inContext(taken, flow, job);
      } catch (error) {
        job.signal.throwIfAborted();
        if (taken.browser.isConnected() && !taken.tooBig) throw error;
        const detail = taken.tooBig ? 'it needed too much memory' : undefined;
        return { ok: false, reason: 'browser_crashed', ...(detail && { detail }) };
      } finally {
        clearInterval(scales);
        const stays = taken.browser.isConnected() && !taken.tooBig && taken.jobs < JOBS_PER_BROWSER;
        if (stays) idle.push(taken);
        else await discard(taken);
      }
    },
    async close() {
      idle.length = 0;
      await Promise.all([...all].map(discard));
    },
  };
};

/** Resident memory of a process and all below it; 0 where the system does not tell. */
const memoryOf = async (root: number): Promise<number> => {
  if (process.platform !== 'linux') return 0;
  const processes = new Map<number, { parent: number; bytes: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    const bytes = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    processes.set(Number(name), { parent, bytes });
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at; at = processes.get(at)?.parent) if (at === root) return true;
    return false;
  };
  let sum = 0;
  for (const [pid, { bytes }] of processes) if (isBelow(pid)) sum += bytes;
  return sum;
};
