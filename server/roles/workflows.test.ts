// No workflow goes without the failure harness.
import { test } from 'vitest';
import { allWorkflowsExercised, exercisedWorkflows } from '../../workflow/testing.ts';
import { allWorkflows } from './contract.ts';

test('every workflow is failed, killed and repeated at each of its steps by a test', async () => {
  allWorkflowsExercised(allWorkflows, await exercisedWorkflows('server/features'));
});
