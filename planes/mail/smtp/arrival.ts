/** Sorts the recipients of a message that has arrived: which mailboxes get it, and where it is sent on to. */
import { splitAddress } from '../../../protocols/mail/address.ts';
import { formatDeliveredTo, formatReturnPath } from '../../../protocols/mail/trace.ts';
import type { ArcFindings } from '../seal.ts';
import type { ArrivedMail, RefusedRecipient } from './deliver.ts';
import { type Forward, passedBy } from './forward.ts';
import type { Recipient } from './recipient.ts';
import { SmtpRefusal } from './reply.ts';

export type Arrival = {
  /** Envelope sender; empty is the null path. */
  sender: string;
  /** With our trace fields. */
  raw: Buffer;
  arc: ArcFindings;
  /** By the address as the client wrote it. */
  recipients: Map<string, Recipient>;
  now: Date;
};

export type ArrivalOptions = {
  /** Finds a recipient for a message that some domains and mailboxes have sent on already. */
  findAgain: (address: string, passed: ReadonlySet<string>) => Promise<Recipient>;
  forward: Forward;
};

/** One copy for each destination, however many of the recipients lead there. */
type Copy = {
  address: string;
  via: string[];
  destination: Recipient['destination'];
  /** A mailbox on the way has the message too, for every recipient that leads here. */
  spare: boolean;
};

export async function sortRecipients(
  arrival: Arrival,
  options: ArrivalOptions,
): Promise<Pick<ArrivedMail, 'mailboxes' | 'forwards' | 'refused'>> {
  const { sender, raw, arc, now } = arrival;
  const sorted: Pick<ArrivedMail, 'mailboxes' | 'forwards' | 'refused'> = {
    mailboxes: [],
    forwards: [],
    refused: [],
  };
  const passed = passedBy(raw);
  const copies = new Map<string, Copy>();
  for (const [address, atRcpt] of arrival.recipients) {
    await refusable(address, sorted.refused, async () => {
      const wasHere = atRcpt.via.some((sentOn) => passed.has(splitAddress(sentOn)?.domain ?? ''));
      const { via, kept, destination } = wasHere ? await options.findAgain(address, passed) : atRcpt;
      for (const copy of kept) {
        const stays = { kind: 'mailbox' as const, mailboxId: copy.mailboxId };
        addCopy(copies, { address, via: copy.via, destination: stays, spare: false });
      }
      addCopy(copies, { address, via, destination, spare: kept.length > 0 });
    });
  }
  for (const { address, via, destination, spare } of copies.values()) {
    await refusable(address, spare ? [] : sorted.refused, async () => {
      // The last one goes on top, as with every trace field.
      const message = Buffer.concat([Buffer.from(via.map(formatDeliveredTo).reverse().join('')), raw]);
      if (destination.kind === 'mailbox') {
        const delivered = Buffer.concat([Buffer.from(formatReturnPath(sender)), message]);
        sorted.mailboxes.push({ mailboxId: destination.mailboxId, address, raw: delivered });
      } else {
        const forwarded = await options.forward({ message, sender, destination, arc, now });
        sorted.forwards.push({ ...forwarded, address });
      }
    });
  }
  return sorted;
}

const addCopy = (copies: Map<string, Copy>, copy: Copy): void => {
  const key = keyOf(copy.destination);
  const other = copies.get(key);
  const via = [...new Set([...(other?.via ?? []), ...copy.via])];
  copies.set(key, { ...(other ?? copy), via, spare: copy.spare && (other?.spare ?? true) });
};

const keyOf = (destination: Recipient['destination']): string =>
  destination.kind === 'mailbox'
    ? destination.mailboxId
    : `${destination.address} from ${destination.sentOnBy}`;

/** Notes a refusal that is final. One that is not is the reply to the whole message: the client tries again with all of it. */
async function refusable(
  address: string,
  refused: RefusedRecipient[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SmtpRefusal) || error.responseCode < 500) throw error;
    refused.push({ address, refusal: error });
  }
}
