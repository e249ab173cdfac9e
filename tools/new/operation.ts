// `npm run new -- endpoint mailboxes.pause`, `npm run new -- workflow domains.transfer`: a file with its test, listed
// in its feature.
import type { Tree } from '../tree.ts';
import { listInFeature, type OperationKind, readOperation, wordsFor } from './feature.ts';
import { create, emptyPlan, type Plan } from './plan.ts';
import { fromTemplate } from './template.ts';

const templates = 'tools/templates/feature';

const nextSteps: Record<OperationKind, (file: string) => string[]> = {
  endpoint: (file) => [
    `Say in ${file}.endpoint.ts what it takes, what it answers and which errors it throws, and do it.`,
    `Say in ${file}.endpoint.test.ts what it guarantees.`,
    'Run npm run generate and read the difference in openapi/openapi.json.',
  ],
  workflow: (file) => [
    `Write the table of steps in ${file}.workflow.ts, each beside its undo, and say at the top why it is durable.`,
    `Say in ${file}.workflow.test.ts what the world looks like in the end.`,
    'Start it where the reason for it is written, in the same transaction: context.workflows.start(tx, …).',
  ],
};

export function planOperation(tree: Tree, kind: OperationKind, name: string): Plan {
  const operation = readOperation(tree, name);
  const file = `server/features/${operation.feature}/${operation.verb}`;
  const places = new Map([
    [`${templates}/pause.${kind}.ts`, `${file}.${kind}.ts`],
    // Not named like a test where it lies: it proves nothing until its operation is part of the program.
    [`${templates}/pause.${kind}-test.ts`, `${file}.${kind}.test.ts`],
  ]);
  const plan = emptyPlan();
  for (const [template, target] of places) {
    create(plan, tree, target, fromTemplate(tree, template, places, wordsFor(operation)));
  }
  listInFeature(plan, tree, operation, kind);
  plan.nextSteps.push(...nextSteps[kind](file));
  return plan;
}
