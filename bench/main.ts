// `npm run bench`: measures the program and prints each figure beside a named peer from the same run.
// `npm run bench -- start` picks another benchmark; the names are the keys below.
import { benchConsent } from './consent.ts';
import { benchDns } from './dns/dns.ts';
import { benchExport } from './export.ts';
import { benchHttp } from './http.ts';
import { interop } from './interop/interop.ts';
import { benchLedger } from './ledger.ts';
import { cleanUp } from './leftovers.ts';
import { benchMail } from './mail/mail.ts';
import { benchMemory } from './memory.ts';
import { benchOrder } from './order.ts';
import { benchSmallOrder } from './small-order.ts';
import { benchStart } from './start.ts';
import { benchWebhooks } from './webhooks.ts';

const benchmarks: Record<string, () => Promise<void>> = {
  order: benchOrder,
  'small-order': benchSmallOrder,
  start: benchStart,
  memory: benchMemory,
  http: benchHttp,
  dns: benchDns,
  webhooks: benchWebhooks,
  export: benchExport,
  mail: benchMail,
  consent: benchConsent,
  interop,
  ledger: benchLedger,
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  process.stderr.write(`no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().then(() => process.exit(130)));
}

try {
  for (const name of named.length > 0 ? named : ['order']) await benchmarks[name]!();
} catch (error) {
  process.stderr.write(`\nThe benchmark failed: ${(error as Error).stack}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
