// Instantly as a sequencer: our contract on one side, its accounts on the other. Their key is the e-mail address.
import type {
  Sequencer,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { nullWhenNotFound } from '../contracts/wire.ts';
import { createApi } from './api.ts';

type WireAccount = {
  email: string;
  status: number;
  setup_pending?: boolean;
  status_message?: { e_message?: string; response?: string } | null;
};
type WirePage = { items: WireAccount[]; next_starting_after?: string | null };

const PAGE = 100;
/** Anything else is a mailbox that Instantly knows as Google's or Microsoft's, and would not sign in to by password. */
const CUSTOM_IMAP_SMTP = 1;
/** It counts the days of a ramp in steps of at most four. */
const MOST_INCREMENT = 4;

export const createSequencer = (settings: SequencerSettings): Sequencer => {
  const api = createApi(settings);
  const path = (address: string) => `/api/v2/accounts/${encodeURIComponent(address)}`;
  return {
    verifyTarget: async () => {
      await api.read<WirePage>('/api/v2/accounts', { limit: 1 });
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, tuning) => {
      const known = await api.find<WireAccount>(path(address));
      await api.write<WireAccount>('POST', '/api/v2/accounts', {
        email: address,
        first_name: firstName,
        last_name: lastName,
        provider_code: CUSTOM_IMAP_SMTP,
        imap_host: imap.host,
        imap_port: imap.port,
        imap_username: imap.username,
        imap_password: imap.password,
        smtp_host: smtp.host,
        smtp_port: smtp.port,
        smtp_username: smtp.username,
        smtp_password: smtp.password,
        ...limitsOf(tuning),
      });
      // An account in error stays there until it is told that its credentials were repaired.
      if (known && known.status < 0) await api.write('POST', `${path(address)}/mark-fixed`);
      return { id: address, ticket: null };
    },

    pollMailbox: async ({ address }) => {
      const account = await api.find<WireAccount>(path(address));
      return account && fromWire(account);
    },

    tune: async ({ address }, tuning) => {
      const limits = limitsOf(tuning);
      if (Object.keys(limits).length > 0) await api.write('PATCH', path(address), limits);
      const { enabled } = tuning.warmup;
      await api.write('POST', `/api/v2/accounts/warmup/${enabled ? 'enable' : 'disable'}`, {
        emails: [address],
      });
    },

    removeMailbox: async ({ address }) => {
      await api.write('DELETE', path(address)).catch(nullWhenNotFound);
    },

    listMailboxes: async ({ cursor }) => {
      const page = await api.read<WirePage>('/api/v2/accounts', {
        limit: PAGE,
        starting_after: cursor ?? undefined,
      });
      return { mailboxes: page.items.map(fromWire), next: page.next_starting_after ?? null };
    },
  };
};

const limitsOf = ({ dailyLimit, warmup }: SequencerTuning) => {
  const details = {
    ...(warmup.dailyLimit !== null && { limit: warmup.dailyLimit }),
    ...(warmup.increment !== null && {
      increment: warmup.increment === 0 ? 'disabled' : String(Math.min(warmup.increment, MOST_INCREMENT)),
    }),
    ...(warmup.replyPercent !== null && { reply_rate: warmup.replyPercent }),
  };
  return {
    ...(dailyLimit !== null && { daily_limit: dailyLimit }),
    ...(Object.keys(details).length > 0 && { warmup: details }),
  };
};

/** 1 active, 2 paused by its owner, 3 under maintenance; below 0 it cannot sign in or send. */
const stateOf = ({ status, setup_pending: pending }: WireAccount): TargetState => {
  if (status < 0) return 'disconnected';
  return pending || status === 3 ? 'connecting' : 'connected';
};

const fromWire = (account: WireAccount): TargetMailbox => ({
  id: account.email.toLowerCase(),
  address: account.email.toLowerCase(),
  state: stateOf(account),
  words: account.status_message?.e_message ?? account.status_message?.response ?? null,
});
