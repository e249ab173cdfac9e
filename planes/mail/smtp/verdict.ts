/** SPF (RFC 7208), DKIM (RFC 6376), ARC (RFC 8617) and DMARC (RFC 9989) of a message that arrives, and what they ask for. */
import { authenticate } from 'mailauth';
import type { MailResolver } from '../resolver.ts';
import type { ArcFindings } from '../seal.ts';

export type Arrival = {
  message: Buffer;
  /** Address of the connection. */
  remoteAddress: string;
  helo: string;
  /** Envelope sender, empty for the null path. */
  sender: string;
};

/** `enforce` does what the policy of the author's domain asks for, `quarantine` at most files as junk, `off` does nothing. */
export type DmarcEnforcement = 'enforce' | 'quarantine' | 'off';

export type Verdict = {
  /** `Received-SPF` and `Authentication-Results` (RFC 8601) of this host, each ending in CRLF. */
  headerFields: string;
  /** What the author's domain asks for by its DMARC policy. */
  disposition: 'accept' | 'quarantine' | 'reject';
  /** Why it is not accepted; one line. */
  reason: string;
  /** The envelope sender's domain says that this client sends for it (SPF). */
  senderProven: boolean;
  /** For the next host, should the message be sent on. A chain of others changes nothing for us: it takes trust in them. */
  arc: ArcFindings;
};

/** Never rejects because of DNS: a look-up that fails becomes `temperror` in the results, and the message is accepted. */
export async function examine(
  arrival: Arrival,
  options: { hostname: string; resolver: MailResolver; dmarc: DmarcEnforcement },
): Promise<Verdict> {
  const result = await authenticate(arrival.message, {
    ip: arrival.remoteAddress,
    helo: arrival.helo,
    sender: arrival.sender,
    mta: options.hostname,
    resolver: (name, type) => options.resolver.resolve(name, type) as Promise<string[]>,
    disableBimi: true,
  });
  const spf = result.spf === false ? undefined : result.spf?.status.result;
  const senderProven = arrival.sender !== '' && spf === 'pass';
  return {
    headerFields: result.headers,
    ...judge(result, options.dmarc),
    senderProven,
    arc: arcFindings(result),
  };
}

function arcFindings({ arc }: Authentication): ArcFindings {
  const chain = arc ? arc.status.result : 'none';
  return {
    chain: chain === 'pass' || chain === 'fail' ? chain : 'none',
    authenticationResults: arc ? (arc.authResults ?? '') : '',
  };
}

type Authentication = Awaited<ReturnType<typeof authenticate>>;

function judge(
  { dmarc, dmarcSkipReason }: Authentication,
  enforcement: DmarcEnforcement,
): Pick<Verdict, 'disposition' | 'reason'> {
  if (!dmarc) {
    // No policy can be looked up without exactly one author domain. Several are a way around a policy and have
    // no honest use (RFC 9989 §11.5); none at all happens with old software and fools nobody.
    return !dmarcSkipReason || dmarcSkipReason === 'no-author-domain'
      ? { disposition: dmarcSkipReason ? 'quarantine' : 'accept', reason: 'the message names no author' }
      : { disposition: 'reject', reason: 'the message must have one From field with one author domain' };
  }
  const failed = dmarc.status.result === 'fail' && enforcement !== 'off';
  const reason = `the DMARC policy of ${dmarc.policyDomain ?? dmarc.domain} asks for it`;
  if (failed && dmarc.policy === 'reject' && enforcement === 'enforce')
    return { disposition: 'reject', reason };
  if (failed && (dmarc.policy === 'quarantine' || dmarc.policy === 'reject'))
    return { disposition: 'quarantine', reason };
  return { disposition: 'accept', reason: '' };
}
