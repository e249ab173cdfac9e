// ManyReach as a sequencer: our contract on one side, the senders of its API v2 on the other.
import type {
  AtTarget,
  Sequencer,
  SequencerMailbox,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../contracts/wire.ts';

type WireSender = { id: number; email: string; status: 'Pending' | 'Active' | 'Error' };
type WirePage = { items: WireSender[]; pageCount: number };
type WireErrors = { items: { message: string }[] };

const PAGE = 100;
/** It wants a limit for each sender. */
const DEFAULT_DAILY_LIMIT = 50;

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'ManyReach',
    headers: () => ({ 'x-api-key': credential.api_key! }),
    words: wordsUnder('message', 'detail', 'title'),
  });
  const listMailboxes: Sequencer['listMailboxes'] = async ({ cursor }) => {
    const page = Number(cursor ?? 1);
    const { items, pageCount } = await api.read<WirePage>('/senders', { page, limit: PAGE });
    return {
      mailboxes: items.map((sender) => fromWire(sender, null)),
      next: page < pageCount ? String(page + 1) : null,
    };
  };
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<string | null> =>
    id ?? (await searchPages(listMailboxes, address))?.id ?? null;

  return {
    verifyTarget: async () => {
      await api.read('/senders', { page: 1, limit: 1 });
      return { account: null };
    },

    upsertMailbox: async (mailbox, tuning) => {
      const known = await idOf({ address: mailbox.address, id: null });
      if (known !== null) {
        await api.write('PATCH', `/senders/${known}`, bodyOf(mailbox, tuning));
        return { id: known, ticket: null };
      }
      const made = await api.write<WireSender>('POST', '/senders', {
        email: mailbox.address,
        ...bodyOf(mailbox, tuning),
      });
      return { id: String(made.id), ticket: null };
    },

    pollMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      const sender = id === null ? null : await api.find<WireSender>(`/senders/${id}`);
      if (!sender) return null;
      if (sender.status !== 'Error') return fromWire(sender, null);
      const errors = await api.find<WireErrors>(`/senders/${id}/errors`);
      return fromWire(sender, errors?.items[0]?.message ?? null);
    },

    tune: async (mailbox, tuning) => {
      const id = await idOf(mailbox);
      await api.write('PATCH', `/senders/${id}`, limitsOf(tuning));
    },

    removeMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id !== null) await api.write('DELETE', `/senders/${id}`).catch(nullWhenNotFound);
    },

    listMailboxes,
  };
};

const bodyOf = ({ firstName, lastName, smtp, imap }: SequencerMailbox, tuning: SequencerTuning) => ({
  firstName,
  lastName,
  fromName: `${firstName} ${lastName}`.trim(),
  customSmtpServer: smtp.host,
  customSmtpPort: smtp.port,
  customSmtpUsername: smtp.username,
  customSmtpPass: smtp.password,
  customImapServer: imap.host,
  customImapPort: imap.port,
  customImapUsername: imap.username,
  customImapPass: imap.password,
  ...limitsOf(tuning),
});

const limitsOf = ({ dailyLimit, warmup }: SequencerTuning) => ({
  dailyLimit: dailyLimit ?? DEFAULT_DAILY_LIMIT,
  warmup: warmup.enabled,
  ...(warmup.dailyLimit !== null && { warmupDailyLimit: warmup.dailyLimit }),
  ...(warmup.increment !== null && { warmupDailyLimitIncrease: warmup.increment }),
  ...(warmup.replyPercent !== null && { warmupReplyPercent: warmup.replyPercent }),
});

const states: Readonly<Record<WireSender['status'], TargetState>> = {
  Pending: 'connecting',
  Active: 'connected',
  Error: 'disconnected',
};

const fromWire = (sender: WireSender, words: string | null): TargetMailbox => ({
  id: String(sender.id),
  address: sender.email.toLowerCase(),
  state: states[sender.status],
  words,
});
