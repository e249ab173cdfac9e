// Faults a suite asks of the vendor it tests. A vendor's fake produces them on its wire; the built-in vendor
// produces them on the one wire it has, its connection to the database.
import type { FailureKind } from './failure.ts';

export type Faults = {
  /** The next changing call is carried out, then its connection dies before the answer. */
  timeOutAfterActing(): void;
  /** The connection of the next changing call dies after the request was sent, and nothing is carried out. */
  timeOutBeforeActing(): void;
  /** The next changing call fails with this kind, and nothing is carried out. */
  failNext(kind: FailureKind): void;
  /** Every call from now on takes at least this long. */
  slow(ms: number): void;
};

/** What a suite leaves out where the thing under test cannot be made to fail, such as a vendor's own sandbox. */
export type FaultOptions = {
  /** False for a target without `faults`. Default true. */
  faults?: boolean;
  /** Kinds `failNext` can produce. Default: `transient`. */
  failureKinds?: FailureKind[];
};

/** The faults of a target, or the complaint that it promised them and has none. */
export const faultsOf = (target: { faults?: Faults }): Faults => {
  if (!target.faults) throw new Error('this target has no faults: open the suite with { faults: false }');
  return target.faults;
};
