// A letter from one mailbox to another, and the way it goes.

/**
 * - `planned`: to be sent at its time
 * - `sending`: being handed in; whoever finds it so after a crash asks whether it was
 * - `sent`: handed in; its recipient looks for it
 * - `found`: its place is known; its recipient opens it
 * - `landed`: over, as it should be
 * - `missing`: nowhere to be found a day later
 * - `failed`: refused for good
 * - `dropped`: not wanted any more before it was sent, or nobody there to look for it
 */
export type LetterStatus =
  | 'planned'
  | 'sending'
  | 'sent'
  | 'found'
  | 'landed'
  | 'missing'
  | 'failed'
  | 'dropped';

export type Place = 'inbox' | 'spam';

export type Letter = {
  uid: string;
  /** Subscriptions. */
  fromUid: string;
  toUid: string;
  answersUid: string | null;
  /** 0 begins a thread. */
  depth: number;
  /** With its angle brackets. */
  messageId: string;
  /** Message-IDs of the thread before it, oldest first. */
  thread: string[];
  subject: string;
  status: LetterStatus;
  /** The local day of its sender that it counts for. */
  day: string;
  /** Who has to do something about it next, and when. */
  actorUid: string | null;
  dueAt: Date | null;
  attempts: number;
  sentAt: Date | null;
  landedIn: Place | null;
  createdAt: Date;
};

/** Threads have no more than so many answers. */
export const MOST_DEPTH = 3;

export const messageIdOf = (letterUid: string, domainName: string): string => `<${letterUid}@${domainName}>`;
