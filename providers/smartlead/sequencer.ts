// Smartlead as a sequencer: our contract on one side, its e-mail accounts on the other.
import type {
  AtTarget,
  Sequencer,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { searchPages } from '../contracts/sequencer.ts';
import { nullWhenNotFound } from '../contracts/wire.ts';
import { createApi } from './api.ts';

type WireAccount = {
  id: number;
  from_email: string;
  is_smtp_success: boolean | null;
  is_imap_success: boolean | null;
  smtp_failure_error?: string | null;
  imap_failure_error?: string | null;
};
/** 2026-11: the current form, and the older one that some accounts still get. */
type WireSaved = { ok?: boolean; data?: { id: number }; emailAccountId?: number };

const PAGE = 100;

export const createSequencer = (settings: SequencerSettings): Sequencer => {
  const api = createApi(settings);
  const listMailboxes: Sequencer['listMailboxes'] = async ({ cursor }) => {
    const offset = Number(cursor ?? 0);
    const accounts = await api.read<WireAccount[]>('/email-accounts/', { offset, limit: PAGE });
    return {
      mailboxes: accounts.map(fromWire),
      next: accounts.length === PAGE ? String(offset + PAGE) : null,
    };
  };
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<string | null> =>
    id ?? (await searchPages(listMailboxes, address))?.id ?? null;

  return {
    verifyTarget: async () => {
      await api.read('/email-accounts/', { offset: 0, limit: 1 });
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, tuning) => {
      const known = await idOf({ address, id: null });
      const saved = await api.write<WireSaved>('POST', '/email-accounts/save', {
        id: known === null ? null : Number(known),
        from_name: `${firstName} ${lastName}`.trim(),
        from_email: address,
        user_name: smtp.username,
        password: smtp.password,
        smtp_host: smtp.host,
        smtp_port: smtp.port,
        smtp_port_type: smtp.security === 'tls' ? 'SSL' : 'TLS',
        imap_host: imap.host,
        imap_port: imap.port,
        imap_port_type: imap.security === 'tls' ? 'SSL' : 'TLS',
        imap_user_name: imap.username,
        imap_password: imap.password,
        type: 'SMTP',
        ...(tuning.dailyLimit !== null && { max_email_per_day: tuning.dailyLimit }),
        ...warmupOf(tuning),
      });
      const id = saved.data?.id ?? saved.emailAccountId;
      return { id: id === undefined ? known : String(id), ticket: null };
    },

    pollMailbox: async ({ address, id }) => {
      if (id === null) return searchPages(listMailboxes, address);
      const account = await api.find<WireAccount>(`/email-accounts/${id}/`);
      return account && fromWire(account);
    },

    tune: async (mailbox, tuning) => {
      const id = await idOf(mailbox);
      if (tuning.dailyLimit !== null) {
        await api.write('POST', `/email-accounts/${id}`, { max_email_per_day: tuning.dailyLimit });
      }
      await api.write('POST', `/email-accounts/${id}/warmup`, warmupOf(tuning));
    },

    removeMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id !== null) await api.write('DELETE', `/email-accounts/${id}`).catch(nullWhenNotFound);
    },

    listMailboxes,
  };
};

const warmupOf = ({ warmup }: SequencerTuning) => ({
  warmup_enabled: warmup.enabled,
  ...(warmup.dailyLimit !== null && { total_warmup_per_day: warmup.dailyLimit }),
  ...(warmup.increment !== null && { daily_rampup: warmup.increment }),
  ...(warmup.replyPercent !== null && { reply_rate_percentage: warmup.replyPercent }),
});

const stateOf = ({ is_smtp_success: smtp, is_imap_success: imap }: WireAccount): TargetState => {
  if (smtp === false || imap === false) return 'disconnected';
  return smtp === true && imap === true ? 'connected' : 'connecting';
};

/** The password that comes along, in the clear, is left where it is. */
const fromWire = (account: WireAccount): TargetMailbox => ({
  id: String(account.id),
  address: account.from_email.toLowerCase(),
  state: stateOf(account),
  words: account.smtp_failure_error ?? account.imap_failure_error ?? null,
});
