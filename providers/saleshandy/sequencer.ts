// Saleshandy as a sequencer: our contract on one side, its e-mail accounts on the other. Connecting is a request with a
// number, under which it tells what came of it.
import { rejected } from '../contracts/failure.ts';
import type { Sequencer, SequencerSettings, TargetMailbox, TargetPage } from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { createWire, wordsUnder } from '../contracts/wire.ts';

type WireEmail = { id: string; fromEmail: string; status: number };
type WireRequest = {
  payload: {
    status: 'pending' | 'processing' | 'completed' | 'failed';
    accounts?: { fromEmail: string; status: 'success' | 'failed'; error?: string }[];
  };
};

const PAGE = 100;
const CONNECTED = 1;

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'Saleshandy',
    headers: () => ({ 'x-api-key': credential.api_key! }),
    words: wordsUnder('message', 'error'),
  });
  const listMailboxes = async ({ cursor }: { cursor: string | null }): Promise<TargetPage> => {
    const page = Number(cursor ?? 1);
    const body = { page, pageSize: PAGE };
    const { payload } = await api.read<{ payload: { emails: WireEmail[] } }>(
      '/email-accounts',
      {},
      'POST',
      body,
    );
    return {
      mailboxes: payload.emails.map(fromWire),
      next: payload.emails.length === PAGE ? String(page + 1) : null,
    };
  };
  /** Null while it has not said what came of the request. */
  const reportOf = async (address: string, ticket: string): Promise<TargetMailbox | null> => {
    const found = await api.find<WireRequest>(`/email-accounts/connect/status/${encodeURIComponent(ticket)}`);
    const own = found?.payload.accounts?.find(({ fromEmail }) => fromEmail.toLowerCase() === address);
    if (found?.payload.status === 'failed' || own?.status === 'failed') {
      return { id: null, address, state: 'refused', words: own?.error ?? null };
    }
    const isOver = found === null || found.payload.status === 'completed';
    return isOver ? null : { id: null, address, state: 'connecting', words: null };
  };

  return {
    verifyTarget: async () => {
      await api.read('/email-accounts', {}, 'POST', { page: 1, pageSize: 1 });
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, { dailyLimit }) => {
      const { payload } = await api.write<{ payload: { requestId: string } }>(
        'POST',
        '/email-accounts/connect',
        {
          accounts: [
            {
              senderName: `${firstName} ${lastName}`.trim(),
              fromEmail: address,
              smtpHost: smtp.host,
              smtpPort: smtp.port,
              smtpEncryption: smtp.security === 'tls' ? 'SSL' : 'TLS',
              smtpUsername: smtp.username,
              smtpPassword: smtp.password,
              imapHost: imap.host,
              imapPort: imap.port,
              imapEncryption: imap.security === 'tls' ? 'SSL' : 'TLS',
              imapUsername: imap.username,
              imapPassword: imap.password,
              ...(dailyLimit !== null && { dailySendingLimit: dailyLimit }),
            },
          ],
        },
      );
      return { id: null, ticket: payload.requestId };
    },

    pollMailbox: async ({ address, ticket }) => {
      const report = ticket === null ? null : await reportOf(address, ticket);
      return report ?? (await searchPages(listMailboxes, address));
    },

    tune: async () => {},

    removeMailbox: async ({ address }) => {
      if (await searchPages(listMailboxes, address)) {
        throw rejected(`Saleshandy has to be told by hand to remove ${address}.`, 'removal_unsupported');
      }
    },

    listMailboxes,
  };
};

const fromWire = ({ id, fromEmail, status }: WireEmail): TargetMailbox => ({
  id,
  address: fromEmail.toLowerCase(),
  state: status === CONNECTED ? 'connected' : 'disconnected',
  words: null,
});
