/** Reads the content of a message off the wire and refuses what must not enter the system. */
import type { Readable } from 'node:stream';
import { findBareLineBreak, readHeader } from '../../../protocols/mail/header.ts';
import { SmtpRefusal } from './reply.ts';

/** 25 MB, what the large providers take. */
export const MAX_MESSAGE_OCTETS = 25 * 1024 * 1024;
// RFC 5321 §6.3: a count of Received fields that is "at least 100" tells a loop.
const MAX_HOPS = 100;

/** How many octets of unfinished messages a listener holds in memory at once. */
export type MemoryBudget = { leftOctets: number };

/**
 * Collects the content (already freed of dot-stuffing, RFC 5321 §4.5.2) to its end.
 *
 * The stream is always read to the end: the client listens for the reply only after its final dot.
 *
 * @throws SmtpRefusal when it is too big, does not fit the budget, has a CR or LF that stands alone, or goes in circles.
 */
export async function receiveMessage(stream: Readable, budget: MemoryBudget): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeOctets = 0;
  let heldOctets = 0;
  let refusal: SmtpRefusal | null = null;
  const release = () => {
    chunks.length = 0;
    budget.leftOctets += heldOctets;
    heldOctets = 0;
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sizeOctets += chunk.length;
      if (refusal) continue;
      if (sizeOctets > MAX_MESSAGE_OCTETS) refusal = tooBig();
      else if (chunk.length > budget.leftOctets) {
        refusal = new SmtpRefusal(452, '4.3.1', 'Too much mail is arriving at once, please try again later');
      } else {
        chunks.push(chunk);
        heldOctets += chunk.length;
        budget.leftOctets -= chunk.length;
      }
      if (refusal) release();
    }
    if (refusal) throw refusal;
    const message = Buffer.concat(chunks);
    checkForm(message);
    return message;
  } catch (error) {
    if (error instanceof SmtpRefusal) throw error;
    // The stream fails only when the connection does; nobody hears this reply.
    throw new SmtpRefusal(451, '4.4.2', 'Connection lost in the middle of the message');
  } finally {
    release();
  }
}

const tooBig = (): SmtpRefusal =>
  new SmtpRefusal(552, '5.3.4', `Message is larger than ${MAX_MESSAGE_OCTETS} octets`);

function checkForm(message: Buffer): void {
  // Passing these on, or mending them, is how one message becomes two further down the road (SMTP smuggling).
  if (findBareLineBreak(message) !== -1) {
    throw new SmtpRefusal(550, '5.6.11', 'Message has a CR or LF that stands alone (RFC 5321 section 2.3.8)');
  }
  if (readHeader(message).fields.filter((field) => field.name === 'received').length > MAX_HOPS) {
    throw new SmtpRefusal(554, '5.4.6', 'Message has passed too many hosts, it seems to go in circles');
  }
}
