// Snov.io's wire: a token that lasts an hour, for a user and a secret.
import type { SequencerSettings } from '../contracts/sequencer.ts';
import { createWire, type Wire, wordsUnder } from '../contracts/wire.ts';

type Token = { access_token: string; expires_in: number };

/** A token is given up a while before it ends, so that no call comes too late with it. */
const MARGIN_S = 60;

export const createApi = ({ credential, ...settings }: SequencerSettings): Wire => {
  const common = {
    ...settings,
    title: 'Snov.io',
    words: wordsUnder('message', 'error', 'errors', 'error_description'),
  };
  const open = createWire({ ...common, headers: () => ({}) });
  let token: { text: string; untilMs: number } | null = null;
  const current = async (): Promise<string> => {
    if (token === null || performance.now() > token.untilMs) {
      const answer = await open.read<Token>('/v1/oauth/access_token', {}, 'POST', {
        grant_type: 'client_credentials',
        client_id: credential.api_user,
        client_secret: credential.api_secret,
      });
      const lastsMs = (answer.expires_in - MARGIN_S) * 1000;
      token = { text: answer.access_token, untilMs: performance.now() + lastsMs };
    }
    return token.text;
  };
  return createWire({ ...common, headers: async () => ({ authorization: `Bearer ${await current()}` }) });
};
