// Acme as a sequencer: our contract on one side, its wire on the other.
import type { Sequencer, SequencerSettings, TargetMailbox } from '../../../providers/contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../../../providers/contracts/wire.ts';

type WireMailbox = {
  id: string;
  address: string;
  state: 'new' | 'good' | 'bad';
  problem: string | null;
};
type WirePage = { mailboxes: WireMailbox[]; after: string | null };

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'Acme',
    headers: () => ({ authorization: `Bearer ${credential.api_key}` }),
    words: wordsUnder('message'),
  });
  const path = (address: string) => `/mailboxes/${encodeURIComponent(address)}`;
  return {
    verifyTarget: async () => {
      const { email } = await api.read<{ email: string }>('/account');
      return { account: email };
    },

    /** Acme changes a mailbox that it has, and makes one that it lacks, in the same call. */
    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, { dailyLimit }) => {
      const { id } = await api.write<WireMailbox>('PUT', path(address), {
        name: { first: firstName, last: lastName },
        smtp,
        imap,
        ...(dailyLimit !== null && { daily_limit: dailyLimit }),
      });
      return { id, ticket: null };
    },

    pollMailbox: async ({ address }) => {
      const mailbox = await api.find<WireMailbox>(path(address));
      return mailbox && fromWire(mailbox);
    },

    tune: async ({ address }, { dailyLimit, warmup }) => {
      await api.write('PATCH', path(address), {
        ...(dailyLimit !== null && { daily_limit: dailyLimit }),
        warm_up: warmup.enabled,
      });
    },

    removeMailbox: async ({ address }) => {
      await api.write('DELETE', path(address)).catch(nullWhenNotFound);
    },

    listMailboxes: async ({ cursor }) => {
      const page = await api.read<WirePage>('/mailboxes', { after: cursor ?? undefined });
      return { mailboxes: page.mailboxes.map(fromWire), next: page.after };
    },
  };
};

const states = { new: 'connecting', good: 'connected', bad: 'disconnected' } as const;

const fromWire = ({ id, address, state, problem }: WireMailbox): TargetMailbox => ({
  id,
  address,
  state: states[state],
  words: problem,
});
