// Reply.io as a sequencer: our contract on one side, the e-mail accounts of its API v3 on the other. It knows no user name
// beside the address.
import type {
  AtTarget,
  Sequencer,
  SequencerMailbox,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
} from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../contracts/wire.ts';

type WireAccount = {
  id: number;
  email: string;
  connectionStatus: 'unknown' | 'connected' | 'disconnected';
  sendingConnectivityError?: string | null;
  receivingConnectivityError?: string | null;
};
type WirePage = { items: WireAccount[]; hasMore: boolean };

const PAGE = 100;
/** It wants a limit for each account. */
const DEFAULT_DAILY_LIMIT = 50;
const path = '/v3/email-accounts';

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'Reply.io',
    headers: () => ({ authorization: `Bearer ${credential.api_key}` }),
    words: wordsUnder('detail', 'message', 'title', 'errors'),
  });
  const listMailboxes: Sequencer['listMailboxes'] = async ({ cursor }) => {
    const skip = Number(cursor ?? 0);
    const { items, hasMore } = await api.read<WirePage>(path, { top: PAGE, skip });
    return { mailboxes: items.map(fromWire), next: hasMore ? String(skip + PAGE) : null };
  };
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<string | null> =>
    id ?? (await searchPages(listMailboxes, address))?.id ?? null;

  return {
    verifyTarget: async () => {
      await api.read(path, { top: 1, skip: 0 });
      return { account: null };
    },

    upsertMailbox: async (mailbox, tuning) => {
      const known = await idOf({ address: mailbox.address, id: null });
      if (known !== null) {
        await api.write('PATCH', `${path}/${known}`, bodyOf(mailbox, tuning));
        return { id: known, ticket: null };
      }
      const made = await api.write<WireAccount>('POST', path, bodyOf(mailbox, tuning));
      return { id: String(made.id), ticket: null };
    },

    /** The list says less: the words about what is wrong are in the account itself. */
    pollMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      const account = id === null ? null : await api.find<WireAccount>(`${path}/${id}`);
      return account && fromWire(account);
    },

    tune: async (mailbox, tuning) => {
      const id = await idOf(mailbox);
      await api.write('PATCH', `${path}/${id}`, limitsOf(tuning));
    },

    removeMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id !== null) await api.write('DELETE', `${path}/${id}`).catch(nullWhenNotFound);
    },

    listMailboxes,
  };
};

const bodyOf = ({ address, firstName, lastName, smtp, imap }: SequencerMailbox, tuning: SequencerTuning) => ({
  connection: {
    email: address,
    senderName: `${firstName} ${lastName}`.trim(),
    smtpHost: smtp.host,
    smtpPort: smtp.port,
    smtpPassword: smtp.password,
    smtpSsl: smtp.security === 'tls',
    imapHost: imap.host,
    imapPort: imap.port,
    imapPassword: imap.password,
    imapSsl: imap.security === 'tls',
  },
  ...limitsOf(tuning),
});

const limitsOf = ({ dailyLimit }: SequencerTuning) => ({
  safety: { dailyLimit: dailyLimit ?? DEFAULT_DAILY_LIMIT },
});

const states = { unknown: 'connecting', connected: 'connected', disconnected: 'disconnected' } as const;

const fromWire = (account: WireAccount): TargetMailbox => ({
  id: String(account.id),
  address: account.email.toLowerCase(),
  state: states[account.connectionStatus],
  words: account.sendingConnectivityError ?? account.receivingConnectivityError ?? null,
});
