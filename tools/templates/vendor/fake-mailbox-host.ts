// The routes of the fake Acme that keep mailboxes.
import { generateKeyPairSync } from 'node:crypto';
import { type Answer, type Route, refusal } from './fake.ts';

type Mailbox = {
  ref: string;
  address: string;
  aliases: string[];
  name: string;
  password: string;
  app_password: string | null;
  suspended: boolean;
  forward: { to: string; keep: boolean } | null;
};

const newPublicKey = () =>
  generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

export const mailboxHostRoutes = () => {
  const keys = new Map<string, string>();
  const mailboxes = new Map<string, Mailbox>();
  const at = (address: string) =>
    [...mailboxes.values()].find((mailbox) => [mailbox.address, ...mailbox.aliases].includes(address));
  const domainOf = (address: string) => address.slice(address.indexOf('@') + 1);
  const shown = ({ password: _, app_password: _app, ...mailbox }: Mailbox) => mailbox;
  const noMailbox = refusal(404, 'unknown_mailbox', 'No such mailbox');

  const create = (
    ref: string,
    wish: Pick<Mailbox, 'address' | 'name' | 'password' | 'app_password'>,
  ): Answer => {
    if (!/^[^\s@]+@[^\s@]+$/.test(wish.address)) return refusal(422, 'bad_address', 'That is no address');
    const known = mailboxes.get(ref);
    if (known) {
      return known.address === wish.address
        ? { status: 200, body: shown(known) }
        : refusal(409, 'id_taken', `${ref} is another mailbox`);
    }
    if (!keys.has(domainOf(wish.address))) return refusal(404, 'unknown_domain', 'No such domain');
    if (at(wish.address)) return refusal(409, 'address_taken', `${wish.address} is taken`);
    const mailbox = { ...wish, ref, aliases: [], suspended: false, forward: null };
    mailboxes.set(ref, mailbox);
    return { status: 201, body: shown(mailbox) };
  };

  const change = (ref: string, fields: Partial<Mailbox>): Answer => {
    const mailbox = mailboxes.get(ref);
    if (!mailbox) return noMailbox;
    Object.assign(mailbox, fields);
    return { status: 204 };
  };

  const setAddresses = (ref: string, wish: Pick<Mailbox, 'address' | 'aliases'>): Answer => {
    const taken = [wish.address, ...wish.aliases].find((address) => (at(address)?.ref ?? ref) !== ref);
    if (taken) return refusal(409, 'address_taken', `${taken} is taken`);
    return change(ref, { ...wish, aliases: wish.aliases.filter((alias) => alias !== wish.address) });
  };

  const domain = (publicKey: string | undefined): Answer =>
    publicKey
      ? { status: 200, body: { dkim: { selector: 'acme1', public_key: publicKey } } }
      : refusal(404, 'unknown_domain', 'No such domain');

  const setUpDomain = (name: string): Answer => {
    const publicKey = keys.get(name) ?? newPublicKey();
    keys.set(name, publicKey);
    return domain(publicKey);
  };

  const removeDomain = (name: string): Answer => {
    if ([...mailboxes.values()].some(({ address }) => domainOf(address) === name)) {
      return refusal(409, 'domain_in_use', `${name} still has mailboxes`);
    }
    keys.delete(name);
    return { status: 204 };
  };

  const find = (mailbox: Mailbox | undefined): Answer =>
    mailbox ? { status: 200, body: shown(mailbox) } : noMailbox;

  const routes: Route[] = [
    route('PUT', /^\/domains\/([^/]+)$/, ({ parts: [name = ''] }) => setUpDomain(name)),
    route('GET', /^\/domains\/([^/]+)$/, ({ parts: [name = ''] }) => domain(keys.get(name))),
    route('DELETE', /^\/domains\/([^/]+)$/, ({ parts: [name = ''] }) => removeDomain(name)),
    route('PUT', /^\/mailboxes\/([^/]+)$/, ({ parts: [ref = ''], body }) => create(ref, body)),
    route(
      'PUT',
      /^\/mailboxes\/([^/]+)\/(?:password|suspended|name|forward)$/,
      ({ parts: [ref = ''], body }) => change(ref, body),
    ),
    route('PUT', /^\/mailboxes\/([^/]+)\/addresses$/, ({ parts: [ref = ''], body }) =>
      setAddresses(ref, body),
    ),
    route('DELETE', /^\/mailboxes\/([^/]+)$/, ({ parts: [ref = ''] }) => {
      mailboxes.delete(ref);
      return { status: 204 };
    }),
    route('GET', /^\/mailboxes$/, ({ query }) => {
      const limit = Number(query.get('limit'));
      const after = query.get('after') ?? '';
      const page = [...mailboxes.values()]
        .filter(({ ref }) => ref > after)
        .sort((a, b) => (a.ref < b.ref ? -1 : 1))
        .slice(0, limit);
      const last = page.length < limit ? null : (page.at(-1)?.ref ?? null);
      return { status: 200, body: { mailboxes: page.map(shown), after: last } };
    }),
    route('GET', /^\/mailboxes\/([^/]+)$/, ({ parts: [ref = ''] }) => find(mailboxes.get(ref))),
    route('GET', /^\/addresses\/([^/]+)$/, ({ parts: [address = ''] }) => find(at(address))),
  ];

  /** What Acme's mail servers answer to a sign-in. */
  const signIn = (address: string, secret: string): boolean => {
    const mailbox = at(address);
    if (!mailbox || mailbox.suspended || secret === '') return false;
    return secret === mailbox.password || secret === mailbox.app_password;
  };

  return { routes, signIn };
};

const route = (method: string, path: RegExp, answer: Route['answer']): Route => ({
  method,
  path,
  changes: method !== 'GET',
  answer,
});
