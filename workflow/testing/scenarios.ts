// The ways in which a workflow is tried: each is a title, what is done to the run, and how it must end.
import type { AnySteps } from '../definition.ts';
import { Failed, type FailureKind } from '../failure.ts';
import type { FaultPoint, Faults } from '../faults.ts';
import type { Phase } from '../log.ts';

export type Ending = 'succeeded' | 'failed';

export type Scenario = {
  readonly title: string;
  readonly ends: Ending;
  /** Made anew for each run. */
  fault(): Fault;
};

/** What a scenario does to one run, and what it saw of it. */
export type Fault = Faults & {
  /** Called for the steps of child workflows, however far down. */
  beforeChildStep?(point: FaultPoint): void;
  /** Resolves when the execution was abandoned. */
  readonly crashed?: Promise<void>;
  /** @throws {Error} when the run did not take the way that the scenario is about. */
  verify(): void;
};

/** What the scenarios need to know about a workflow. */
export type Exercised = {
  readonly steps: AnySteps;
  /** Steps that a run after `setup` does not come to. */
  readonly notReached: ReadonlySet<string>;
  /** Steps without which the workflow goes on. */
  readonly survives: ReadonlySet<string>;
  /** Names of child workflows, each with how the workflow ends when one of them fails. */
  readonly children: { readonly [name: string]: Ending };
};

export const scenariosOf = (exercised: Exercised): Scenario[] => {
  const reached = Object.keys(exercised.steps).filter((name) => !exercised.notReached.has(name));
  return [
    undisturbed(reached),
    ...reached.flatMap((step) => ofStep(exercised, step)),
    ...stepsRepeated(exercised, reached),
    ...ofWayBack(exercised, reached),
    ...Object.entries(exercised.children).map(([child, ends]) => childFails(child, ends)),
  ];
};

const declared = (kind: FailureKind) =>
  new Failed({ kind, message: `the test made it ${kind}`, reason: 'exercise' });
const isAt = (point: FaultPoint, step: string, phase: Phase) => point.step === step && point.phase === phase;
const never = (step: string) => new Error(`${step} never ran: say so in notReached, with the reason`);

const undisturbed = (reached: readonly string[]): Scenario => ({
  title: 'undisturbed, it comes to its end by every step',
  ends: 'succeeded',
  fault() {
    const missing = new Set(reached);
    return {
      beforeStep: ({ step }) => void missing.delete(step),
      verify() {
        for (const step of missing) throw never(step);
      },
    };
  },
});

const ofStep = ({ steps, survives }: Exercised, step: string): Scenario[] => [
  fails(
    survives.has(step)
      ? `${step} fails for good: it goes on without`
      : `${step} fails for good: all is undone`,
    survives.has(step) ? 'succeeded' : 'failed',
    step,
    () => declared('rejected'),
  ),
  fails(`${step} fails for a while: it is tried again`, 'succeeded', step, ({ attempt }) =>
    attempt <= 2 ? declared('transient') : undefined,
  ),
  crashes(
    `${step} acted and the process died before that was recorded`,
    'succeeded',
    step,
    'run',
    'afterStep',
  ),
  crashes(`the process died after ${step}`, 'succeeded', step, 'run', 'afterCheckpoint'),
  ...(steps[step]?.findOutcome
    ? [
        outcomeUnknown(`${step} acted and its answer was lost: it is found, not repeated`, step, 'afterStep'),
        outcomeUnknown(
          `${step} did not act and nobody can tell: it is asked about, then done`,
          step,
          'beforeStep',
        ),
      ]
    : []),
];

// A step with a findOutcome is never run again without having been asked about, so it need not bear it.
const stepsRepeated = ({ steps }: Exercised, reached: readonly string[]): Scenario[] => {
  const repeatable = reached.filter((step) => !steps[step]?.findOutcome);
  if (repeatable.length === 0) return [];
  return [repeated('every step runs twice: once is enough', 'run', repeatable)];
};

// The way back begins at the last step: by then everything before it has been done.
const ofWayBack = ({ steps, survives }: Exercised, reached: readonly string[]): Scenario[] => {
  const last = reached.findLast((step) => !survives.has(step));
  const undone = reached.filter((step) => step !== last && steps[step]?.undo);
  if (last === undefined || undone.length === 0) return [];
  return [
    repeated(`every undo runs twice after ${last} failed: once is enough`, 'undo', undone, last),
    ...undone.map((step) =>
      crashes(
        `${step} was undone and the process died before that was recorded`,
        'failed',
        step,
        'undo',
        'afterStep',
        last,
      ),
    ),
  ];
};

const fails = (
  title: string,
  ends: Ending,
  step: string,
  failure: (point: FaultPoint) => Failed | undefined,
): Scenario => ({
  title,
  ends,
  fault() {
    let reached = false;
    return {
      beforeStep(point) {
        if (!isAt(point, step, 'run')) return;
        reached = true;
        const thrown = failure(point);
        if (thrown) throw thrown;
      },
      verify() {
        if (!reached) throw never(step);
      },
    };
  },
});

// In both cases the body runs once: in the first its answer is lost, in the second it is not even begun.
const outcomeUnknown = (title: string, step: string, hook: 'beforeStep' | 'afterStep'): Scenario => ({
  title,
  ends: 'succeeded',
  fault() {
    const seen = { lost: false, asked: 0, bodies: 0 };
    const lose = (point: FaultPoint) => {
      if (seen.lost || !isAt(point, step, 'run')) return;
      seen.lost = true;
      throw declared('outcomeUnknown');
    };
    return {
      beforeStep(point) {
        if (hook === 'beforeStep') lose(point);
        if (isAt(point, step, 'ask')) seen.asked += 1;
        if (isAt(point, step, 'run')) seen.bodies += 1;
      },
      afterStep(point) {
        if (hook === 'afterStep') lose(point);
      },
      verify() {
        if (!seen.lost) throw never(step);
        if (seen.asked === 0) throw new Error(`nobody asked what became of ${step}`);
        if (seen.bodies !== 1) throw new Error(`${step} ran ${seen.bodies} times`);
      },
    };
  },
});

const repeated = (title: string, phase: Phase, steps: readonly string[], failAt?: string): Scenario => ({
  title,
  ends: failAt === undefined ? 'succeeded' : 'failed',
  fault() {
    let again = 0;
    return {
      beforeStep(point) {
        if (failAt !== undefined && isAt(point, failAt, 'run')) throw declared('rejected');
      },
      afterStep(point) {
        if (point.phase !== phase || !steps.includes(point.step)) return undefined;
        again += 1;
        return 'again';
      },
      verify() {
        if (again === 0) throw new Error(`no ${phase} was repeated`);
      },
    };
  },
});

// The execution stops for ever where the process would have died, with exactly what the database holds at that
// moment, and another execution begins from there.
const crashes = (
  title: string,
  ends: Ending,
  step: string,
  phase: Phase,
  hook: 'afterStep' | 'afterCheckpoint',
  failAt?: string,
): Scenario => ({
  title: `${title}: it goes on from there`,
  ends,
  fault() {
    const { promise: crashed, resolve } = Promise.withResolvers<void>();
    let struck = false;
    const strike = (point: FaultPoint) => {
      if (struck || !isAt(point, step, phase)) return undefined;
      struck = true;
      resolve();
      return 'crash' as const;
    };
    return {
      crashed,
      beforeStep(point) {
        if (failAt !== undefined && isAt(point, failAt, 'run')) throw declared('rejected');
      },
      [hook]: strike,
      verify() {
        if (!struck) throw never(phase === 'undo' ? `the undo of ${step}` : step);
      },
    };
  },
});

const childFails = (child: string, ends: Ending): Scenario => ({
  title:
    ends === 'failed'
      ? `a child ${child} fails: all is undone`
      : `a child ${child} fails: it goes on without`,
  ends,
  fault() {
    let failed: string | undefined;
    return {
      beforeChildStep(point) {
        if (point.workflow !== child || point.phase !== 'run') return;
        failed ??= point.workflowId;
        if (failed === point.workflowId) throw declared('rejected');
      },
      verify() {
        if (!failed) throw new Error(`no child ${child} was started`);
      },
    };
  },
});
