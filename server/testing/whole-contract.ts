// Parts of the whole contract that tests of one feature need: what later features hand in, and their workflows.
import type { WorkflowDefinition } from '../../workflow/definition.ts';
import type { FeatureContext } from '../features/context.ts';
import { allWorkflows } from '../roles/contract.ts';

export { workspaceParts } from '../roles/contract.ts';

export const workflowNamed = (name: string): WorkflowDefinition<FeatureContext, never, unknown> =>
  allWorkflows.find((workflow) => workflow.name === name)!;
