// EmailBison as a sequencer: our contract on one side, the sender e-mails of an instance on the other. Each customer may
// have an instance of their own, at an address that they say.
import type {
  AtTarget,
  Sequencer,
  SequencerSettings,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../contracts/wire.ts';

type WireSender = { id: number; email: string; status: string };
type WirePage = { data: WireSender[]; meta: { current_page: number; last_page: number } };

const PAGE = 100;

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const { instance } = credential;
  const api = createWire({
    ...settings,
    ...(instance && { baseUrl: instance.replace(/\/+$/, ''), send: settings.guardedSend }),
    title: 'EmailBison',
    headers: () => ({ authorization: `Bearer ${credential.api_key}` }),
    words: wordsUnder('message', 'error', 'data'),
  });
  const find = async (address: string): Promise<WireSender | null> => {
    const page = await api.read<WirePage>('/api/sender-emails', { search: address, per_page: PAGE });
    return page.data.find(({ email }) => email.toLowerCase() === address) ?? null;
  };
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<number | null> =>
    id === null ? ((await find(address))?.id ?? null) : Number(id);

  return {
    verifyTarget: async () => {
      await api.read('/api/sender-emails', { per_page: 1 });
      return { account: null };
    },

    /** What is there with other credentials has to make room: none of the calls changes them. */
    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }) => {
      const known = await find(address);
      if (known) await api.write('DELETE', `/api/sender-emails/${known.id}`).catch(nullWhenNotFound);
      const { data } = await api.write<{ data: WireSender }>('POST', '/api/sender-emails/imap-smtp', {
        name: `${firstName} ${lastName}`.trim(),
        email: address,
        password: smtp.password,
        smtp_server: smtp.host,
        smtp_port: smtp.port,
        smtp_secure: smtp.security === 'tls',
        imap_server: imap.host,
        imap_port: imap.port,
        imap_secure: imap.security === 'tls',
      });
      return { id: String(data.id), ticket: null };
    },

    pollMailbox: async ({ address, id }) => {
      if (id === null) {
        const found = await find(address);
        return found && fromWire(found);
      }
      const answer = await api.find<{ data: WireSender }>(`/api/sender-emails/${id}`);
      return answer && fromWire(answer.data);
    },

    tune: async (mailbox, { dailyLimit, warmup }) => {
      const id = await idOf(mailbox);
      const ids = { sender_email_ids: [id] };
      if (dailyLimit !== null)
        await api.write('PATCH', `/api/sender-emails/${id}`, { daily_limit: dailyLimit });
      await api.write('PATCH', `/api/warmup/sender-emails/${warmup.enabled ? 'enable' : 'disable'}`, ids);
      if (warmup.enabled && warmup.dailyLimit !== null) {
        await api.write('PATCH', '/api/warmup/sender-emails/update-daily-warmup-limits', {
          ...ids,
          daily_limit: warmup.dailyLimit,
        });
      }
    },

    removeMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id !== null) await api.write('DELETE', `/api/sender-emails/${id}`).catch(nullWhenNotFound);
    },

    listMailboxes: async ({ cursor }) => {
      const page = await api.read<WirePage>('/api/sender-emails', { page: cursor ?? 1, per_page: PAGE });
      const { current_page: current, last_page: last } = page.meta;
      return {
        mailboxes: page.data.map(fromWire),
        next: current < last ? String(current + 1) : null,
      };
    },
  };
};

const states: Readonly<Record<string, TargetState>> = {
  Connected: 'connected',
  'Not connected': 'disconnected',
  Disconnected: 'disconnected',
  Error: 'disconnected',
};

const fromWire = ({ id, email, status }: WireSender): TargetMailbox => ({
  id: String(id),
  address: email.toLowerCase(),
  state: states[status] ?? 'connecting',
  // It has one word for how a mailbox stands, and none for why.
  words: status === 'Connected' ? null : status,
});
