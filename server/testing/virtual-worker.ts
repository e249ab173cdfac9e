// A worker for an installation that lives on a virtual clock: executes every workflow, and can be stopped and started
// in the middle of something. Its housekeeping is left to the test, which decides what time it is.
import { pino } from 'pino';
import { startWorkflowRuntime, type WorkflowRuntime } from '../../workflow/runtime.ts';
import { allWorkflows } from '../roles/contract.ts';
import type { TestInstallation } from './test-installation.ts';

export const startVirtualWorker = (api: TestInstallation): Promise<WorkflowRuntime> =>
  startWorkflowRuntime({
    databaseUrl: api.database.url,
    context: api.installation.context,
    definitions: allWorkflows,
    executorId: 'the worker',
    clock: api.installation.context.clock,
    timeScale: 0.001,
    pollMs: 10,
    log: pino({ level: 'silent' }),
  });

/** Waits until no workflow is asked for or under way. */
export const workflowsEnded = async ({ database: { db } }: TestInstallation): Promise<void> => {
  for (;;) {
    const asked = await db.selectFrom('workflow_start').select('id').execute();
    const open = await db
      .selectFrom('dbos.workflow_status' as never)
      .select('workflow_uuid' as never)
      .where('status' as never, 'in', ['PENDING', 'ENQUEUED'] as never)
      .execute();
    if (asked.length + open.length === 0) return;
    await new Promise((wake) => setTimeout(wake, 20));
  }
};
