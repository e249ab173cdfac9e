// Smartlead's wire: its key stands in the query, so that its addresses are secrets themselves.
import type { SequencerSettings } from '../contracts/sequencer.ts';
import { createWire, type Query, type Wire, wordsUnder } from '../contracts/wire.ts';

export const createApi = ({ credential, ...settings }: SequencerSettings): Wire => {
  const wire = createWire({
    ...settings,
    title: 'Smartlead',
    headers: () => ({}),
    words: wordsUnder('message', 'error'),
  });
  const withKey = (query: Query = {}): Query => ({ ...query, api_key: credential.api_key });
  return {
    read: (path, query, method, body) => wire.read(path, withKey(query), method, body),
    find: (path, query) => wire.find(path, withKey(query)),
    write: (method, path, body, query) => wire.write(method, path, body, withKey(query)),
  };
};
