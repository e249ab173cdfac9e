// Salesforge as a sequencer: our contract on one side, the mailboxes of a workspace on the other. It signs in before it
// accepts, and again afterwards.
import type {
  AtTarget,
  MailboxLogin,
  Sequencer,
  SequencerSettings,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../contracts/wire.ts';

type WireMailbox = {
  id: string;
  address: string;
  status: 'pending' | 'active' | 'access_lost';
  disconnectReason?: string | null;
};
type WirePage = { data: WireMailbox[]; total: number };

const PAGE = 100;
const MOST_A_DAY = 100;

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'Salesforge',
    // 2026-11: with `Bearer` in front the key is none.
    headers: () => ({ authorization: credential.api_key! }),
    words: wordsUnder('message', 'error'),
  });
  const path = `/public/v2/workspaces/${encodeURIComponent(credential.workspace!)}/mailboxes`;
  const listMailboxes: Sequencer['listMailboxes'] = async ({ cursor }) => {
    const offset = Number(cursor ?? 0);
    const { data, total } = await api.read<WirePage>(path, { limit: PAGE, offset });
    return {
      mailboxes: data.map(fromWire),
      next: offset + PAGE < total ? String(offset + PAGE) : null,
    };
  };
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<string | null> =>
    id ?? (await searchPages(listMailboxes, address))?.id ?? null;

  return {
    verifyTarget: async () => {
      await api.read(path, { limit: 1, offset: 0 });
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, { dailyLimit }) => {
      const logins = { smtp: loginOf(smtp), imap: loginOf(imap) };
      const known = await idOf({ address, id: null });
      if (known !== null) {
        await api.write('PATCH', `${path}/${known}/connection-settings`, logins);
        await api.write('PATCH', `${path}/${known}`, { firstName, lastName, ...limitOf(dailyLimit) });
        return { id: known, ticket: null };
      }
      const body = { address, firstName, lastName, ...logins, ...limitOf(dailyLimit) };
      return { id: (await api.write<WireMailbox>('POST', path, body)).id, ticket: null };
    },

    pollMailbox: async ({ address, id }) => {
      if (id === null) return searchPages(listMailboxes, address);
      const mailbox = await api.find<WireMailbox>(`${path}/${id}`);
      return mailbox && fromWire(mailbox);
    },

    tune: async (mailbox, { dailyLimit }) => {
      if (dailyLimit === null) return;
      await api.write('PATCH', `${path}/${await idOf(mailbox)}`, limitOf(dailyLimit));
    },

    removeMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id !== null) await api.write('DELETE', `${path}/${id}`).catch(nullWhenNotFound);
    },

    listMailboxes,
  };
};

/** The port says how the connection is made safe: 465 and 993 from the first byte, 587 after STARTTLS. */
const loginOf = ({ host, port, username, password }: MailboxLogin) => ({ host, port, username, password });

const limitOf = (dailyLimit: number | null) =>
  dailyLimit === null ? {} : { dailyEmailLimit: Math.min(dailyLimit, MOST_A_DAY) };

const states: Readonly<Record<WireMailbox['status'], TargetState>> = {
  pending: 'connecting',
  active: 'connected',
  access_lost: 'disconnected',
};

const fromWire = (mailbox: WireMailbox): TargetMailbox => ({
  id: mailbox.id,
  address: mailbox.address.toLowerCase(),
  state: states[mailbox.status],
  words: mailbox.disconnectReason ?? null,
});
