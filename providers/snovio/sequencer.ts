// Snov.io as a sequencer: our contract on one side, its sender accounts on the other.
import { rejected } from '../contracts/failure.ts';
import type {
  AtTarget,
  MailboxLogin,
  Sequencer,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { createApi } from './api.ts';

type WireLeg = { status: 'pending' | 'valid' | 'invalid'; errors?: string[] };
type WireAccount = { id: number; email_from: string; smtp: WireLeg; imap?: WireLeg | null };
type WireWarmup = { id: number; sender_account_id: number };

const accounts = '/v2/sender-accounts/emails';

export const createSequencer = (settings: SequencerSettings): Sequencer => {
  const api = createApi(settings);
  const all = async (): Promise<WireAccount[]> => (await api.read<{ data: WireAccount[] }>(accounts)).data;
  const find = async (address: string): Promise<WireAccount | null> =>
    (await all()).find((account) => account.email_from.toLowerCase() === address) ?? null;
  const idOf = async ({ address, id }: Pick<AtTarget, 'address' | 'id'>): Promise<string | null> => {
    if (id !== null) return id;
    const found = await find(address);
    return found && String(found.id);
  };

  return {
    verifyTarget: async () => {
      await all();
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, { dailyLimit }) => {
      const body = {
        sender_name: `${firstName} ${lastName}`.trim(),
        email_from: address,
        password: smtp.password,
        smtp: legOf(smtp),
        imap: legOf(imap),
        ...(dailyLimit !== null && { limitation: dailyLimit }),
      };
      const known = await find(address);
      const { data } = known
        ? await api.write<{ data: WireAccount }>('PATCH', `${accounts}/${known.id}`, body)
        : await api.write<{ data: WireAccount }>('POST', accounts, body);
      return { id: String(data.id), ticket: null };
    },

    pollMailbox: async (mailbox) => {
      const id = await idOf(mailbox);
      if (id === null) return null;
      const found = await api.find<{ data: Pick<WireAccount, 'smtp' | 'imap'> }>(
        '/v2/sender-accounts/check-sender-status',
        { sender_account_id: id },
      );
      return found && fromWire({ id: Number(id), email_from: mailbox.address, ...found.data });
    },

    tune: async (mailbox, tuning) => {
      const id = Number(await idOf(mailbox));
      if (tuning.dailyLimit !== null) {
        await api.write('PATCH', `${accounts}/${id}`, { limitation: tuning.dailyLimit });
      }
      const { data } = await api.read<{ data: WireWarmup[] }>('/v2/warm-up');
      const running = data.find((one) => one.sender_account_id === id);
      if (!tuning.warmup.enabled) {
        if (running) await api.write('DELETE', `/v2/warm-up/${running.id}`);
      } else if (running) await api.write('PATCH', `/v2/warm-up/${running.id}`, warmupOf(tuning));
      else await api.write('POST', '/v2/warm-up', { sender_account_id: id, ...warmupOf(tuning) });
    },

    removeMailbox: async ({ address }) => {
      if (await find(address)) {
        throw rejected(`Snov.io has to be told by hand to remove ${address}.`, 'removal_unsupported');
      }
    },

    /** It has no pages. */
    listMailboxes: async () => ({ mailboxes: (await all()).map(fromWire), next: null }),
  };
};

/** It wants the way that goes with the port: `ssl` from the first byte, `tls` after STARTTLS. */
const legOf = ({ host, port, security }: MailboxLogin) => ({
  host,
  port,
  encryption: security === 'tls' ? 'ssl' : 'tls',
});

const warmupOf = ({ warmup }: SequencerTuning) => ({
  strategy: warmup.increment ? 'progressive' : 'steady',
  ...(warmup.dailyLimit !== null && { per_day: warmup.dailyLimit }),
  ...(warmup.increment !== null && { increase: warmup.increment }),
  ...(warmup.replyPercent !== null && { reply_rate: warmup.replyPercent }),
});

const stateOf = (legs: readonly WireLeg[]): TargetState => {
  if (legs.some(({ status }) => status === 'invalid')) return 'disconnected';
  return legs.every(({ status }) => status === 'valid') ? 'connected' : 'connecting';
};

const fromWire = ({ id, email_from: address, smtp, imap }: WireAccount): TargetMailbox => {
  const legs = imap ? [smtp, imap] : [smtp];
  return {
    id: String(id),
    address: address.toLowerCase(),
    state: stateOf(legs),
    words: legs.flatMap(({ errors = [] }) => errors).join('; ') || null,
  };
};
