// One request about many things: each is done or refused for itself, and the answer says which and why.
import { ApiError, type ErrorDefinition } from './errors.ts';

/**
 * Does the same for each, once however often it is named, in the order of the request. When all of them are refused the
 * request is, with the first reason, and the results beside it.
 *
 * @param field what a refused one is called by in the answer: `uid`
 * @param act what became of it; refuses with an ApiError before it writes anything
 * @param concernsAll refusals that are of the whole request, such as those of a wallet
 */
export const eachForItself = async <Field extends string, Done>(
  field: Field,
  wanted: readonly string[],
  act: (named: string) => Promise<Done>,
  concernsAll: readonly ErrorDefinition[],
) => {
  const success: Done[] = [];
  const refusals: { named: string; refusal: ApiError }[] = [];
  for (const named of new Set(wanted)) {
    try {
      success.push(await act(named));
    } catch (error) {
      if (!(error instanceof ApiError) || concernsAll.includes(error.definition)) throw error;
      refusals.push({ named, refusal: error });
    }
  }
  const failed = refusals.map(({ named, refusal }) => ({
    ...({ [field]: named } as Record<Field, string>),
    code: refusal.definition.code,
    error: refusal.message,
  }));
  const [first] = refusals;
  if (first && success.length === 0) {
    const { definition, message, fields } = first.refusal;
    throw new ApiError(definition, message, { ...fields, results: { success, failed } });
  }
  return { success, failed };
};

/** In the words of the reference API. */
export const processed = (results: { success: unknown[]; failed: unknown[] }, done: string): string => {
  const { success, failed } = results;
  return `Processed ${success.length + failed.length} mailbox(es): ${success.length} ${done}, ${failed.length} failed`;
};
