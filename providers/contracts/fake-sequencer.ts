// What every fake of a sequencer holds: mailboxes, which it signs in to a while after it accepted them, and which can
// drop out. The vendors' fakes are routes over it in the vendor's own words.
import type { CredentialValues } from './credential.ts';
import type { FakeWire } from './fake-wire.ts';

export type HeldMailbox = {
  id: string;
  address: string;
  firstName: string;
  lastName: string;
  password: string;
  state: 'connecting' | 'connected' | 'disconnected';
  words: string | null;
  dailyLimit: number | null;
  warmup: { enabled: boolean; dailyLimit: number | null } | null;
  /** How often it is looked at before the fake has tried to sign in. */
  looksLeft: number;
};

/** A mailbox with this password is one that a fake cannot sign in to. */
export const WRONG_PASSWORD = 'wrong-password';
export const SIGN_IN_WORDS = 'Invalid login: 535 5.7.8 Authentication credentials invalid';
export const DROP_WORDS = 'Connection lost: IMAP server closed the connection';

export type Held = {
  /** By address. */
  readonly mailboxes: ReadonlyMap<string, HeldMailbox>;
  /** Takes a mailbox, new or known, and has yet to sign in to it. */
  put(
    mailbox: Pick<HeldMailbox, 'address' | 'firstName' | 'lastName' | 'password'> &
      Partial<Pick<HeldMailbox, 'dailyLimit' | 'warmup'>>,
  ): HeldMailbox;
  byId(id: string): HeldMailbox | null;
  byAddress(address: string): HeldMailbox | null;
  /** Whether one that is to be made is there already. Who asks for that has not looked first, and is counted. */
  isThere(address: string): boolean;
  /** How often one was to be made that was there. */
  madeAgain(): number;
  /** What somebody who looks sees; each look brings the fake nearer to having tried. */
  look(mailbox: HeldMailbox): HeldMailbox;
  remove(id: string): boolean;
  page(offset: number, limit: number): HeldMailbox[];
  /** As a target does by itself, silently, after the mail host hiccuped. */
  drop(address: string): void;
  /** From now on so great a share of all looks at a mailbox sees it dropped out though it is not. 0 ends it. */
  misreport(share: number, random?: () => number): void;
  /** How often a mailbox was handed over. */
  handedOver(): number;
  /** Mailboxes that somebody else added. */
  add(count: number): string[];
};

/**
 * @param looks how often a mailbox is looked at before the fake has tried to sign in: 0 for targets that try at once
 * @param newId for targets whose ids have a form of their own
 */
export const createHeld = ({
  looks = 1,
  newId,
}: {
  looks?: number;
  newId?: (count: number, address: string) => string;
} = {}): Held => {
  const mailboxes = new Map<string, HeldMailbox>();
  const ids = new Map<string, string>();
  let count = 0;
  let again = 0;
  let chance: { share: number; random: () => number } | null = null;
  const byAddress = (address: string) => mailboxes.get(address.toLowerCase()) ?? null;

  const settle = (mailbox: HeldMailbox): void => {
    const signsIn = mailbox.password !== WRONG_PASSWORD;
    mailbox.state = signsIn ? 'connected' : 'disconnected';
    mailbox.words = signsIn ? null : SIGN_IN_WORDS;
  };

  const held: Held = {
    mailboxes,
    put({ dailyLimit, warmup, ...given }) {
      const address = given.address.toLowerCase();
      const known = byAddress(address);
      count += 1;
      const mailbox: HeldMailbox = {
        id: known?.id ?? newId?.(count, address) ?? String(count),
        ...given,
        address,
        state: 'connecting',
        words: null,
        dailyLimit: dailyLimit ?? known?.dailyLimit ?? null,
        warmup: warmup ?? known?.warmup ?? null,
        looksLeft: looks,
      };
      mailboxes.set(address, mailbox);
      ids.set(mailbox.id, address);
      if (looks === 0) settle(mailbox);
      return mailbox;
    },
    byId: (id) => byAddress(ids.get(id) ?? ''),
    byAddress,
    isThere(address) {
      const known = byAddress(address) !== null;
      if (known) again += 1;
      return known;
    },
    madeAgain: () => again,
    look(mailbox) {
      if (chance !== null && chance.random() < chance.share) {
        return { ...mailbox, state: 'disconnected', words: DROP_WORDS };
      }
      if (mailbox.state !== 'connecting') return mailbox;
      if (mailbox.looksLeft > 0) mailbox.looksLeft -= 1;
      else settle(mailbox);
      return mailbox;
    },
    remove: (id) => mailboxes.delete(ids.get(id) ?? ''),
    page: (offset, limit) => [...mailboxes.values()].slice(offset, offset + limit),
    drop(address) {
      const mailbox = byAddress(address);
      if (mailbox) Object.assign(mailbox, { state: 'disconnected', words: DROP_WORDS });
    },
    misreport(share, random = Math.random) {
      chance = share > 0 ? { share, random } : null;
    },
    handedOver: () => count,
    add: (howMany) =>
      Array.from({ length: howMany }, (_, index) => {
        const address = `other-${index}@northpeak.example`;
        Object.assign(held.put({ address, firstName: 'Joe', lastName: 'Doe', password: 'secret' }), {
          state: 'connected',
        });
        return address;
      }),
  };
  return held;
};

/** A vendor's fake, as tests use it. */
export type FakeSequencer = FakeWire & {
  held: Held;
  /** What opens it, and what does not, named as in the vendor's manifest. */
  credential: CredentialValues;
  wrongCredential: CredentialValues;
};
