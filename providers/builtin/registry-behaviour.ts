// How the built-in registry can be told to misbehave: for a whole installation by its settings, for one name by
// what the name contains. A workflow that copes with these copes with a real registrar.
import * as failures from '../contracts/failure.ts';

export type RegistryBehaviour = {
  /** Milliseconds before the registry looks at a request: every one, or that for the name. Default 0. */
  delayMs?: number;
  /** Milliseconds from acceptance until a registration is active. Default 0: active at once. */
  activationDelayMs?: number;
  /** Every attempt ends with this failure, and nothing is registered. */
  fails?: failures.FailureKind;
  /** As `fails`, but only the first attempt of each request; a repeat with its key goes through. */
  failsFirst?: failures.FailureKind;
  /** The registry acts, and the first answer is lost: the attempt that registers ends with `outcomeUnknown`. */
  losesFirstAnswer?: boolean;
  /** The name is quoted as available, and somebody else gets it first: registering ends with `name_taken`. */
  takenLate?: boolean;
  /** Every renewal ends with this failure, and nothing is renewed. */
  failsRenewal?: failures.FailureKind;
  /** The registry accepts the name and fails the registration when it is due to become active. */
  failsLater?: boolean;
};

/**
 * The words for each case. A name that contains one of them after a hyphen misbehaves so, for a person to see the
 * case by ordering e.g. `acme-times-out-after.com`; the settings can name the same words for every name.
 */
export const misbehaviours = {
  'fails-registration': { fails: 'rejected' },
  'fails-later': { failsLater: true, activationDelayMs: 2_000 },
  busy: { failsFirst: 'transient' },
  'times-out-before': { failsFirst: 'outcomeUnknown' },
  'times-out-after': { losesFirstAnswer: true },
  slow: { delayMs: 3_000 },
  'taken-late': { takenLate: true },
  'fails-renewal': { failsRenewal: 'rejected' },
} as const satisfies Record<string, RegistryBehaviour>;

export type Misbehaviour = keyof typeof misbehaviours;

/** All of these cases together. */
export const behaviourOf = (words: readonly Misbehaviour[]): RegistryBehaviour =>
  Object.assign({}, ...words.map((word) => misbehaviours[word]));

/** What the registry does with this label: the settings, and over them whatever the label asks for. */
export const behaviourFor = (label: string, settings: RegistryBehaviour = {}): RegistryBehaviour => {
  const words = Object.keys(misbehaviours) as Misbehaviour[];
  return { ...settings, ...behaviourOf(words.filter((word) => label.includes(`-${word}`))) };
};

/** How long the registry asks to be left alone when it is told to be `rateLimited`. */
const retryAfterMs = 1_000;

/** The failure of a kind, in the registry's words. */
export const registryFailure = (kind: failures.FailureKind, name: string): failures.ProviderFailure => {
  switch (kind) {
    case 'transient':
      return failures.transient('The registry is busy and did not look at the request.');
    case 'rateLimited':
      return failures.rateLimited('The registry asks for a pause.', retryAfterMs);
    case 'rejected':
      return failures.rejected(`The registry refused the request for ${name}.`, 'registry_refused');
    case 'insufficientFunds':
      return failures.insufficientFunds('The account at the registry has too little money.');
    case 'notFound':
      return failures.notFound(`The registry knows nothing of ${name}.`);
    case 'conflict':
      return nameTaken(name);
    case 'unauthorized':
      return failures.unauthorized('The registry refused the credentials.');
    case 'outcomeUnknown':
      return failures.outcomeUnknown(`The registry did not answer what became of the request for ${name}.`);
  }
};

export const nameTaken = (name: string): failures.ProviderFailure =>
  failures.conflict(`${name} is taken.`, 'name_taken');
