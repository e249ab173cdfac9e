// lemlist as a sequencer: our contract on one side, the e-mail accounts of a team's users on the other.
import type {
  Sequencer,
  SequencerSettings,
  TargetMailbox,
  TargetPage,
  TargetState,
} from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { createWire, nullWhenNotFound, wordsUnder } from '../contracts/wire.ts';

type WireMailbox = { _id: string; email: string; status: 'CONNECTED' | 'ERROR' | 'DISCONNECTED' };
type WireLeg = { success: boolean; error?: string };
type WireSettings = { emailAccounts: { id: string; email: string }[] };

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const basic = Buffer.from(`:${credential.api_key}`).toString('base64');
  const api = createWire({
    ...settings,
    title: 'lemlist',
    headers: () => ({ authorization: `Basic ${basic}` }),
    words: wordsUnder('message', 'error'),
  });
  /** A page is a user of the team. */
  const listMailboxes = async ({ cursor }: { cursor: string | null }): Promise<TargetPage> => {
    const { userIds } = await api.read<{ userIds: string[] }>('/team');
    const user = cursor ?? userIds[0];
    if (user === undefined) return { mailboxes: [], next: null };
    const found = await api.find<{ mailboxes?: WireMailbox[] }>(`/users/${encodeURIComponent(user)}`);
    return {
      mailboxes: (found?.mailboxes ?? []).map((mailbox) => fromWire(mailbox)),
      next: userIds[userIds.indexOf(user) + 1] ?? null,
    };
  };
  const find = (address: string) => searchPages(listMailboxes, address);

  return {
    verifyTarget: async () => {
      const { name } = await api.read<{ name?: string }>('/team');
      return { account: name ?? null };
    },

    /** What is there with other credentials has to make room: no call changes them. */
    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }) => {
      const known = await find(address);
      if (known) await api.write('DELETE', `/user/email-accounts/${known.id}`).catch(nullWhenNotFound);
      const { id } = await api.write<{ id: string }>('POST', '/user/email-accounts', {
        sender_name: `${firstName} ${lastName}`.trim(),
        sender_email: address,
        smtp_host: smtp.host,
        smtp_port: smtp.port,
        smtp_login: smtp.username,
        smtp_password: smtp.password,
        smtp_secure: smtp.security === 'tls',
        imap_host: imap.host,
        imap_port: imap.port,
        imap_login: imap.username,
        imap_password: imap.password,
        imap_secure: imap.security === 'tls',
      });
      return { id, ticket: null };
    },

    /** Asking is having it try: it answers what came of it, leg by leg. */
    pollMailbox: async ({ address, id }) => {
      const found = id === null ? await find(address) : null;
      const known = id ?? found?.id ?? null;
      if (known === null) return null;
      const path = `/user/email-accounts/${known}/test`;
      const tried = await api
        .read<{ smtp: WireLeg; imap: WireLeg }>(path, {}, 'POST')
        .catch(nullWhenNotFound);
      if (tried === null) return null;
      const isWell = tried.smtp.success && tried.imap.success;
      return {
        id: known,
        address,
        state: isWell ? 'connected' : 'disconnected',
        words: tried.smtp.error ?? tried.imap.error ?? null,
      };
    },

    /** 2026-11: limits and lemwarm know a mailbox by another id (`usm_…`) than its account has (`umx_…`). */
    tune: async ({ address }, { dailyLimit, warmup }) => {
      const { emailAccounts } = await api.read<WireSettings>('/user/sending-settings');
      const own = emailAccounts.find(({ email }) => email.toLowerCase() === address);
      if (dailyLimit !== null) {
        const limits = [{ id: own?.id, dailyEmailLimit: dailyLimit }];
        await api.write('PATCH', '/user/sending-settings', { emailAccounts: limits });
      }
      const details = {
        ...(warmup.dailyLimit !== null && { warmEmailMax: warmup.dailyLimit }),
        ...(warmup.increment !== null && { warmEmailRampup: warmup.increment }),
      };
      if (Object.keys(details).length > 0) await api.write('PATCH', `/lemwarm/${own?.id}/settings`, details);
      await api.write('POST', `/lemwarm/${own?.id}/${warmup.enabled ? 'start' : 'pause'}`);
    },

    removeMailbox: async ({ address, id }) => {
      const known = id ?? (await find(address))?.id ?? null;
      if (known !== null) await api.write('DELETE', `/user/email-accounts/${known}`).catch(nullWhenNotFound);
    },

    listMailboxes,
  };
};

const states: Readonly<Record<WireMailbox['status'], TargetState>> = {
  CONNECTED: 'connected',
  ERROR: 'disconnected',
  DISCONNECTED: 'disconnected',
};

const fromWire = (mailbox: WireMailbox): TargetMailbox => ({
  id: mailbox._id,
  address: mailbox.email.toLowerCase(),
  state: states[mailbox.status],
  words: null,
});
