// Names that this installation bans, which are connected no more than bought.
import { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { domainBanned, registrableName } from '../domains/index.ts';

/** The registrar is asked about so many names at once. */
const MOST_AT_ONCE = 100;

export const bannedNames = async (
  { providers }: Pick<FeatureContext, 'providers'>,
  { workspaceUid }: { workspaceUid: string },
  names: readonly string[],
): Promise<Map<string, ApiError>> => {
  const askable = names.filter((name) => whyNotRegistrable(name) === null);
  const registrar = providers.registrar({ workspaceId: workspaceUid });
  const banned = new Map<string, ApiError>();
  for (let at = 0; at < askable.length; at += MOST_AT_ONCE) {
    const quotes = await registrar.quote(askable.slice(at, at + MOST_AT_ONCE));
    for (const { name, unavailableReason } of quotes) {
      if (unavailableReason === 'banned')
        banned.set(name, domainBanned(`${name} is banned`, { domain: name }));
    }
  }
  return banned;
};

/** Null for a name that can be registered. */
export const whyNotRegistrable = (name: string): ApiError | null => {
  try {
    registrableName(name);
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
};
