// Has a certificate issued: the conversation of RFC 8555 with an authority, by acme-client.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { type Authorization, Client, crypto, type Order } from 'acme-client';
import type { Clock } from '../../../database/clock.ts';
import { AuthorityUnavailable, CertificateRefused, isGone, meaningOf } from './failure.ts';
import { AcmeProblem, describeProblem, withTransport } from './transport.ts';

export type AcmeOptions = {
  /** Of the authority's directory (RFC 8555 §7.1.1). */
  directoryUrl: string;
  /** Told to the authority, which may write to it about certificates that run out. */
  email: string | null;
  /** PEM certificates to trust instead of the usual ones, for an authority of one's own. */
  caPem: string | null;
};

export type PlacedOrder = { url: string; keyPem: string };

export type CertificateRequest = {
  hosts: string[];
  /** An order of an earlier attempt. */
  placed: PlacedOrder | null;
  /** Told of a new order before anything else is done with it, so that it can be gone on with. */
  onPlaced(order: PlacedOrder): Promise<void>;
  /** Makes `/.well-known/acme-challenge/<token>` of the host answer with the text. */
  answerChallenge(challenge: { host: string; token: string; keyAuthorization: string }): Promise<void>;
};

export type IssuedCertificate = {
  keyPem: string;
  /** The host's own certificate first. */
  chainPem: string;
  covers: string[];
  notBefore: Date;
  notAfter: Date;
};

export type Authority = {
  /** @throws {CertificateRefused | AuthorityBusy | AuthorityUnavailable}, or the signal's reason */
  obtain(request: CertificateRequest, signal: AbortSignal): Promise<IssuedCertificate>;
  close(): void;
};

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5_000;
/** What takes longer is gone on with by the next attempt. */
const GIVE_UP_AFTER_MS = 3 * 60_000;

export const createAuthority = (
  { directoryUrl, email, caPem }: AcmeOptions,
  accountKeyPem: string,
  clock: Clock,
): Authority => {
  const agent = new Agent({ keepAlive: true, ...(caPem !== null && { ca: caPem }) });
  let account: Promise<Client> | null = null;

  /** The account of the key: made the first time, found every later time (RFC 8555 §7.3). */
  const signIn = async (): Promise<Client> => {
    const client = new Client({ directoryUrl, accountKey: accountKeyPem });
    const contact = email === null ? {} : { contact: [`mailto:${email}`] };
    await client.createAccount({ termsOfServiceAgreed: true, ...contact });
    return client;
  };

  const signedIn = async (): Promise<Client> => {
    account ??= signIn();
    try {
      return await account;
    } catch (error) {
      account = null;
      const meaning = meaningOf(error as Error);
      if (!(meaning instanceof CertificateRefused)) throw meaning;
      throw new AuthorityUnavailable(`The account was refused: ${meaning.message}`);
    }
  };

  const run = async (request: CertificateRequest, signal: AbortSignal): Promise<IssuedCertificate> => {
    const client = await signedIn();
    const { order: first, keyPem } = await findOrPlace(client, request);
    const giveUpAtMs = clock.now().getTime() + GIVE_UP_AFTER_MS;
    let order = first;
    let answered = false;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 2, LONGEST_POLL_MS)) {
      // The states of an order are those of RFC 8555 §7.1.6.
      if (order.status === 'pending' && !answered) {
        await answerChallenges(client, order, request);
        answered = true;
      }
      if (order.status === 'ready') {
        const [, csr] = await crypto.createCsr({ altNames: request.hosts }, keyPem);
        order = await client.finalizeOrder(order, csr);
      }
      if (order.status === 'valid') {
        return checked(await client.getCertificate(order), keyPem, request.hosts);
      }
      if (order.status === 'invalid') throw new CertificateRefused(await whyInvalid(client, order));
      if (clock.now().getTime() >= giveUpAtMs) {
        throw new CertificateRefused(`The order is still ${order.status}`, { orderLives: true });
      }
      await clock.sleep(pollMs, signal);
      order = await client.getOrder(order);
    }
  };

  return {
    async obtain(request, signal) {
      try {
        return await withTransport({ agent, signal }, () => run(request, signal));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AcmeProblem && error.type === 'accountDoesNotExist') account = null;
        throw meaningOf(error as Error);
      }
    },
    close: () => agent.destroy(),
  };
};

/** Goes on with the order of an earlier attempt as far as the authority still knows it, else places one. */
const findOrPlace = async (
  client: Client,
  { hosts, placed, onPlaced }: CertificateRequest,
): Promise<{ order: Order; keyPem: string }> => {
  if (placed) {
    const order = await client.getOrder({ url: placed.url } as Order).catch((error: Error) => {
      if (isGone(error)) return null;
      throw error;
    });
    const named = order?.identifiers.map(({ value }) => value).sort();
    if (order && order.status !== 'invalid' && named?.join() === [...hosts].sort().join()) {
      return { order, keyPem: placed.keyPem };
    }
  }
  const order = await client.createOrder({ identifiers: hosts.map((value) => ({ type: 'dns', value })) });
  const keyPem = (await crypto.createPrivateEcdsaKey('P-256')).toString();
  await onPlaced({ url: order.url, keyPem });
  return { order, keyPem };
};

/** Has every host looked at that is not proven yet (RFC 8555 §7.5.1). */
const answerChallenges = async (
  client: Client,
  order: Order,
  { answerChallenge }: CertificateRequest,
): Promise<void> => {
  for (const authorization of await client.getAuthorizations(order)) {
    if (authorization.status !== 'pending') continue;
    const host = authorization.identifier.value;
    const challenge = authorization.challenges.find(({ type }) => type === 'http-01');
    if (!challenge) throw new CertificateRefused(`${host}: the authority does not offer http-01`);
    const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
    await answerChallenge({ host, token: challenge.token, keyAuthorization });
    if (challenge.status === 'pending') await client.completeChallenge(challenge);
  }
};

/** The reasons are in the challenges that failed (RFC 8555 §7.1.5), or in the order (§7.1.3). */
const whyInvalid = async (client: Client, order: Order): Promise<string> => {
  const reasons = (await client.getAuthorizations(order)).flatMap(failuresOf);
  if (order.error) reasons.push(describeProblem(order.error));
  return reasons.join('; ') || 'The authority ended the order without a reason';
};

const failuresOf = ({ identifier, challenges }: Authorization): string[] =>
  challenges.flatMap(({ error }) => (error ? [`${identifier.value}: ${describeProblem(error)}`] : []));

/** What comes back is looked at before it replaces anything: ours by its key, for all hosts. */
const checked = (chainPem: string, keyPem: string, hosts: string[]): IssuedCertificate => {
  const certificate = new X509Certificate(chainPem);
  const covers = hosts.filter((host) => certificate.checkHost(host) !== undefined);
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem)) || covers.length < hosts.length) {
    throw new CertificateRefused('The certificate that was issued is not the one that was asked for');
  }
  const { validFromDate: notBefore, validToDate: notAfter } = certificate;
  return { keyPem, chainPem, covers, notBefore, notAfter };
};
