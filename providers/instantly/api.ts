// Instantly's wire (API v2): how it is addressed and how it complains.
import type { SequencerSettings } from '../contracts/sequencer.ts';
import { createWire, type Wire, wordsUnder } from '../contracts/wire.ts';

export const createApi = ({ credential, ...settings }: SequencerSettings): Wire =>
  createWire({
    ...settings,
    title: 'Instantly',
    headers: () => ({ authorization: `Bearer ${credential.api_key}` }),
    words: wordsUnder('message', 'error'),
  });
