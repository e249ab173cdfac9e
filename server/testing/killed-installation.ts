// A whole installation in a process of its own, to be killed the hard way. With INBOXKIT_TEST_SURVIVE, the points it
// has died at before, it does that itself at the next one; without, its parent kills it when it likes. Tells its parent
// when it is ready and, last of all, where it dies.
import { pino } from 'pino';
import type { FaultPoint } from '../../workflow/faults.ts';
import { loadConfig } from '../config/config.ts';
import { startInstallation } from '../roles/installation.ts';

export type Message =
  | { type: 'ready'; baseUrl: string; apiKey: string | null; workspaceUid: string | null }
  | { type: 'dies'; point: string };

const { INBOXKIT_TEST_SURVIVE, ...env } = process.env;
const survived = new Set<string>(JSON.parse(INBOXKIT_TEST_SURVIVE ?? '[]'));
const faults = INBOXKIT_TEST_SURVIVE === undefined ? undefined : { afterStep: dieOnceAt };

function tell(message: Message): Promise<void> {
  return new Promise((told) => process.send!(message, undefined, undefined, () => told()));
}

/** After the step has acted and before that is recorded: the worst moment there is. */
async function dieOnceAt({ workflow, step, phase }: FaultPoint): Promise<void> {
  const point = `${workflow} ${step} ${phase}`;
  if (survived.has(point)) return;
  await tell({ type: 'dies', point });
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way; nothing may happen between now and then.
  await new Promise(() => {});
}

const config = loadConfig(env);
const { baseUrl, firstKey } = await startInstallation(config, {
  log: pino({ level: config.log.level }),
  workflow: {
    executorId: 'killed',
    timeScale: 0.05,
    faults,
  },
});
await tell({
  type: 'ready',
  baseUrl,
  apiKey: firstKey?.api_key ?? null,
  workspaceUid: firstKey?.workspace_id ?? null,
});
