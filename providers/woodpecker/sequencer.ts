// Woodpecker as a sequencer: our contract on one side, its pairs of SMTP and IMAP mailboxes on the other. Connecting is a
// batch with a number, under which it counts what came of it.
import { rejected } from '../contracts/failure.ts';
import type { Sequencer, SequencerSettings, TargetMailbox, TargetState } from '../contracts/sequencer.ts';
import { createWire, wordsUnder } from '../contracts/wire.ts';

type WireSide = { id: number; email: string; connected: boolean | null; details?: { error?: string | null } };
type WirePair = { smtp: WireSide; imap: WireSide };
type WireSummary = { status: 'IN_PROGRESS' | 'COMPLETED'; failed_mailboxes_count: number };

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'Woodpecker',
    headers: () => ({ 'x-api-key': credential.api_key! }),
    words: wordsUnder('message', 'title', 'error', 'details'),
  });
  const all = () => api.read<WirePair[]>('/mailboxes');
  const find = async (address: string): Promise<WirePair | null> =>
    (await all()).find(({ smtp }) => smtp.email.toLowerCase() === address) ?? null;

  return {
    verifyTarget: async () => {
      await all();
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, { dailyLimit }) => {
      const { batch_id: batch } = await api.write<{ batch_id: string }>(
        'POST',
        '/mailboxes/manual_connection/bulk',
        {
          mailboxes: [
            {
              smtp_email: address,
              smtp_login: smtp.username,
              smtp_password: smtp.password,
              smtp_server: smtp.host,
              smtp_port: smtp.port,
              smtp_from_name: `${firstName} ${lastName}`.trim(),
              imap_email: address,
              imap_password: imap.password,
              imap_server: imap.host,
              imap_port: imap.port,
              ...(dailyLimit !== null && { daily_sending_limit: dailyLimit }),
            },
          ],
        },
      );
      return { id: null, ticket: String(batch) };
    },

    pollMailbox: async ({ address, ticket }) => {
      const found = await find(address);
      if (found) return fromWire(found);
      if (ticket === null) return null;
      const path = `/mailboxes/manual_connection/bulk/${encodeURIComponent(ticket)}/summary`;
      const summary = await api.find<WireSummary>(path);
      if (!summary) return null;
      const isRefused = summary.status === 'COMPLETED' && summary.failed_mailboxes_count > 0;
      return { id: null, address, state: isRefused ? 'refused' : 'connecting', words: null };
    },

    tune: async () => {},

    removeMailbox: async ({ address }) => {
      if (await find(address)) {
        throw rejected(`Woodpecker has to be told by hand to remove ${address}.`, 'removal_unsupported');
      }
    },

    /** It has no pages. */
    listMailboxes: async () => ({ mailboxes: (await all()).map(fromWire), next: null }),
  };
};

const stateOf = ({ smtp, imap }: WirePair): TargetState => {
  if (smtp.connected === false || imap.connected === false) return 'disconnected';
  return smtp.connected === true && imap.connected === true ? 'connected' : 'connecting';
};

const fromWire = (pair: WirePair): TargetMailbox => ({
  id: String(pair.smtp.id),
  address: pair.smtp.email.toLowerCase(),
  state: stateOf(pair),
  words: pair.smtp.details?.error ?? pair.imap.details?.error ?? null,
});
