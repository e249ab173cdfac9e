// PlusVibe as a sequencer: our contract on one side, its accounts on the other. It says yes to everything that is handed
// over and tells what became of it by e-mail, so that only looking tells us.
import type {
  Sequencer,
  SequencerSettings,
  SequencerTuning,
  TargetMailbox,
  TargetState,
} from '../contracts/sequencer.ts';
import { createWire, wordsUnder } from '../contracts/wire.ts';

type WireAccount = { _id: string; email: string; status: string; status_reason?: string | null };

const PAGE = 100;
const yesNo = (value: boolean) => (value ? 'yes' : 'no');

export const createSequencer = ({ credential, ...settings }: SequencerSettings): Sequencer => {
  const api = createWire({
    ...settings,
    title: 'PlusVibe',
    headers: () => ({ 'x-api-key': credential.api_key! }),
    words: wordsUnder('message', 'error'),
  });
  const workspace = { workspace_id: credential.workspace! };
  const list = (query: { skip?: number; limit?: number; email?: string }) =>
    api.read<{ accounts: WireAccount[] }>('/account/list', { ...workspace, ...query });
  const find = async (address: string): Promise<WireAccount | null> =>
    (await list({ email: address })).accounts.find(({ email }) => email.toLowerCase() === address) ?? null;

  return {
    verifyTarget: async () => {
      await list({ skip: 0, limit: 1 });
      return { account: null };
    },

    upsertMailbox: async ({ address, firstName, lastName, smtp, imap }, tuning) => {
      await api.write('POST', '/account/bulk-add-regular-accounts', {
        ...workspace,
        accounts: [
          {
            first_name: firstName,
            last_name: lastName,
            email: address,
            imap_host: imap.host,
            imap_port: imap.port,
            imap_username: imap.username,
            imap_password: imap.password,
            smtp_host: smtp.host,
            smtp_port: smtp.port,
            smtp_username: smtp.username,
            smtp_password: smtp.password,
            ...limitsOf(tuning),
          },
        ],
      });
      return { id: null, ticket: null };
    },

    pollMailbox: async ({ address }) => {
      const account = await find(address);
      return account && fromWire(account);
    },

    tune: async ({ address }, { dailyLimit, warmup }) => {
      const account = await find(address);
      const ids = [account?._id];
      if (dailyLimit !== null) {
        await api.write('PUT', '/account/bulk-update', { ...workspace, ids, daily_limit: dailyLimit });
      }
      await api.write('PATCH', '/account/bulk-update-warmup', {
        ...workspace,
        ids,
        warmup_status: warmup.enabled ? 'ACTIVE' : 'INACTIVE',
      });
    },

    removeMailbox: async ({ address }) => {
      if (await find(address)) await api.write('POST', '/account/delete', { ...workspace, email: address });
    },

    listMailboxes: async ({ cursor }) => {
      const skip = Number(cursor ?? 0);
      const { accounts } = await list({ skip, limit: PAGE });
      return {
        mailboxes: accounts.map(fromWire),
        next: accounts.length === PAGE ? String(skip + PAGE) : null,
      };
    },
  };
};

const limitsOf = ({ dailyLimit, warmup }: SequencerTuning) => ({
  ...(dailyLimit !== null && { daily_limit: dailyLimit }),
  enable_warmup: yesNo(warmup.enabled),
  ...(warmup.dailyLimit !== null && { warmup_daily_limit: warmup.dailyLimit }),
  ...(warmup.increment !== null && {
    enable_warmup_rampup: yesNo(warmup.increment > 0),
    warmup_rampup_increment: warmup.increment,
  }),
});

const states: Readonly<Record<string, TargetState>> = {
  ACTIVE: 'connected',
  INACTIVE: 'connected',
  ERROR: 'disconnected',
  DISCONNECTED: 'disconnected',
};

const fromWire = (account: WireAccount): TargetMailbox => ({
  id: account._id,
  address: account.email.toLowerCase(),
  state: states[account.status] ?? 'connecting',
  words: account.status_reason ?? null,
});
