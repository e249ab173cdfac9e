/** One attempt to deliver: decides where a recipient's mail goes and hands it over. */
import type { BlockList } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { MailResolver } from '../resolver.ts';
import type { Sign } from '../sign.ts';
import { createAddressGuard, findMailHosts } from './mx.ts';
import { type ClaimedRecipient, isHosted, readRaw } from './store.ts';
import type { Relay, Target, Transport } from './transport.ts';

/** Mail to other systems. */
export type OutboundOptions = {
  enabled: boolean;
  /** Networks of our own (CIDR) that mail may be sent to all the same. */
  allowTargets?: string[] | BlockList;
  /** Where mail hosts listen; 25. */
  port?: number;
  /** Takes all mail to other systems in place of their mail hosts. */
  smartHost?: SmartHost;
};

export type SmartHost = { name: string; port: number } & Relay;

export type DeliveryOptions = {
  db: Db;
  sign: Sign;
  transport: Transport;
  /** Our own inbound port. Mail to domains hosted here passes it like any other, so that its verdicts are real. */
  inbound: { address: string; port: number };
  hostname: string;
  resolver: MailResolver;
  outbound: OutboundOptions;
  clock: Clock;
  log: Logger;
};

export type DeliveryResult =
  /** With `dsnPassedOn`, the host has taken over the duty to report (RFC 3461 §5.2.2). */
  | { result: 'delivered'; remoteHost: string; response: string; dsnPassedOn: boolean }
  | { result: 'held'; reason: string }
  | {
      result: 'failed';
      permanent: boolean;
      /** Enhanced status code (RFC 3463). */
      status: string;
      /** For people. */
      reason: string;
      remoteHost: string | null;
      /** The reply as received. */
      response: string | null;
    };

const REFUSED_HERE = { result: 'failed', permanent: true, remoteHost: null, response: null } as const;

export type Deliver = (recipient: ClaimedRecipient) => Promise<DeliveryResult>;

export const HELD_REASON =
  'Outbound delivery is switched off in this installation, and the domain of the recipient is not hosted here';

/** Whether mail is from under `test`, a name that is nobody's outside (RFC 6761 §6.2), to anybody else. */
const leavesTest = (sender: string, recipientDomain: string): boolean =>
  /\.test$/i.test(sender) && !/\.test$/i.test(recipientDomain);

export function createDelivery(options: DeliveryOptions): Deliver {
  const { db, sign, transport, inbound, hostname, resolver, outbound, clock, log } = options;
  const allowed = createAddressGuard(outbound.allowTargets ?? []);

  return async (recipient) => {
    if (recipient.suppressed) {
      const reason = 'The address is on the suppression list of the workspace';
      return { ...REFUSED_HERE, status: '5.7.1', reason };
    }
    if (leavesTest(recipient.sender, recipient.domain)) {
      const reason = 'Mailboxes under .test send to mailboxes under .test alone';
      return { ...REFUSED_HERE, status: '5.7.1', reason };
    }
    if (await isHosted(db, recipient.domain)) {
      // Within one host TLS would protect nothing.
      return handOver(recipient, [{ name: hostname, target: { ...inbound, tlsName: null } }]);
    }
    if (!outbound.enabled) return { result: 'held', reason: HELD_REASON };
    if (outbound.smartHost) {
      const { name, port, ...relay } = outbound.smartHost;
      const target = { address: name, port, tlsName: name, relay };
      return handOver(recipient, [{ name, target }], 'The smart host');
    }
    const found = await findMailHosts(recipient.domain, { resolver, hostname, allowed });
    if (found.result !== 'found') {
      const permanent = found.result === 'refused';
      const status = found.result === 'refused' ? found.status : '4.4.3';
      return { ...REFUSED_HERE, permanent, status, reason: found.reason };
    }
    return handOver(
      recipient,
      found.hosts.map(({ name, address }) => ({
        name,
        target: { address, port: outbound.port ?? 25, tlsName: name },
      })),
    );
  };

  /** Tries the hosts in turn until one of them takes or refuses the message. */
  async function handOver(
    recipient: ClaimedRecipient,
    hosts: { name: string; target: Target }[],
    host = 'The mail host of the recipient',
  ): Promise<DeliveryResult> {
    const raw = await signed(recipient);
    if (!raw) {
      const reason = 'The message cannot be signed (DKIM)';
      return { ...REFUSED_HERE, permanent: false, status: '4.7.5', reason };
    }
    const { sender, address, smtpUtf8, dsn } = recipient;
    const mail = { sender, recipient: address, raw, smtpUtf8, dsn };
    const unreachable: string[] = [];
    for (const { name, target } of hosts) {
      const sent = await transport.send(target, mail);
      if (sent.result === 'delivered') return { ...sent, remoteHost: name };
      if (sent.result === 'refused') {
        const reason = sent.permanent ? `${host} refused the message` : `${host} asks to try again later`;
        return { ...sent, result: 'failed', reason, remoteHost: name };
      }
      unreachable.push(`${name} [${target.address}]: ${sent.response}`);
      // The host may have the message; another one would deliver it twice.
      if (sent.result === 'interrupted') break;
    }
    return {
      result: 'failed',
      permanent: false,
      status: '4.4.1',
      reason: 'No mail host of the recipient could be reached',
      remoteHost: hosts.at(-1)?.name ?? null,
      response: unreachable.join('; '),
    };
  }

  /** The message as it goes out; null when there is a key and it does not sign, so that it would fail DMARC elsewhere. */
  async function signed({ id, messageId, signingDomain }: ClaimedRecipient): Promise<Buffer | null> {
    const raw = await readRaw(db, messageId);
    if (signingDomain === null) return raw;
    try {
      const signatures = await sign(db, raw, signingDomain, clock.now());
      if (signatures === '') log.warn({ domain: signingDomain }, 'queue: the domain has no active DKIM key');
      return Buffer.concat([Buffer.from(signatures), raw]);
    } catch (err) {
      log.error({ err, domain: signingDomain, recipientId: id }, 'queue: cannot sign a message');
      return null;
    }
  }
}
