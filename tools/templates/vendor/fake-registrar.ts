// The routes of the fake Acme that sell names.
import { type Route, refusal } from './fake.ts';

type Held = {
  id: string;
  key: string;
  name: string;
  nameservers: string[];
  registered_at: string;
  expires_at: string;
};
type Renewal = { key: string; years: number; expires_at: string };

const prices: Record<string, { registration: string; renewal: string }> = {
  com: { registration: '9.98', renewal: '10.48' },
  net: { registration: '11.50', renewal: '12.00' },
};

export const registrarRoutes = (): Route[] => {
  const held = new Map<string, Held>();
  const renewals: Renewal[] = [];

  const quote = (name: string) => {
    const [label = '', ...rest] = name.split('.');
    const price = prices[rest.join('.')] ?? null;
    if (price === null) return { name, status: 'not_sold', price };
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) return { name, status: 'malformed', price };
    return { name, status: held.has(name) ? 'taken' : 'free', price };
  };

  return [
    {
      method: 'GET',
      path: /^\/tlds$/,
      changes: false,
      answer: () => ({
        status: 200,
        body: Object.entries(prices).map(([tld, price]) => ({ tld, price })),
      }),
    },
    {
      method: 'POST',
      path: /^\/quotes$/,
      changes: false,
      answer: ({ body }) => ({ status: 200, body: (body as { names: string[] }).names.map(quote) }),
    },
    {
      method: 'POST',
      path: /^\/registrations$/,
      changes: true,
      answer: ({ body, idempotencyKey }) => {
        const { name, years, contact, nameservers } = body as {
          name: string;
          years: number;
          /** Without one, the name is registered for the holder of the account. */
          contact: { email: string } | null;
          nameservers: string[];
        };
        if (!Number.isInteger(years) || years < 1 || years > 10)
          return refusal(422, 'years', '1 to 10 years');
        if (contact && !contact.email.includes('@'))
          return refusal(422, 'contact', 'The registrant needs an address');
        const { status } = quote(name);
        if (status !== 'free' && status !== 'taken') return refusal(422, status, `${name} is ${status}`);
        const holder = held.get(name);
        if (holder) {
          return holder.key === idempotencyKey
            ? { status: 200, body: holder }
            : refusal(409, 'name_taken', `${name} is taken`);
        }
        const registeredAt = new Date();
        const expiresAt = new Date(registeredAt);
        expiresAt.setUTCFullYear(expiresAt.getUTCFullYear() + years);
        const registration: Held = {
          id: crypto.randomUUID(),
          key: idempotencyKey,
          name,
          nameservers,
          registered_at: registeredAt.toISOString(),
          expires_at: expiresAt.toISOString(),
        };
        held.set(name, registration);
        return { status: 201, body: registration };
      },
    },
    {
      method: 'GET',
      path: /^\/registrations\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [name = ''], query }) => {
        const found = held.get(name);
        const key = query.get('idempotency_key');
        return found && (key === null || found.key === key)
          ? { status: 200, body: found }
          : refusal(404, 'unknown_name', `${name} is not registered here`);
      },
    },
    {
      method: 'PUT',
      path: /^\/registrations\/([^/]+)\/nameservers$/,
      changes: true,
      answer: ({ parts: [name = ''], body }) => {
        const found = held.get(name);
        if (!found) return refusal(404, 'unknown_name', `${name} is not registered here`);
        found.nameservers = (body as { nameservers: string[] }).nameservers;
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: /^\/registrations\/([^/]+)\/renewals$/,
      changes: true,
      answer: ({ parts: [name = ''], body, idempotencyKey }) => {
        const { years, expires_at } = body as { years: number; expires_at: string };
        const earlier = renewals.find(({ key }) => key === idempotencyKey);
        if (earlier) return { status: 200, body: earlier };
        const found = held.get(name);
        if (!found) return refusal(404, 'unknown_name', `${name} is not registered here`);
        if (!Number.isInteger(years) || years < 1 || years > 10)
          return refusal(422, 'years', '1 to 10 years');
        if (found.expires_at !== expires_at)
          return refusal(409, 'expiry_changed', `${name} runs out at ${found.expires_at}`);
        const [expiresAt, latest] = [later(expires_at, years), later(new Date().toISOString(), 10)];
        if (expiresAt > latest) return refusal(422, 'renewal_too_long', 'Ten years ahead is the most');
        found.expires_at = expiresAt;
        const renewal = { key: idempotencyKey, years, expires_at: expiresAt };
        renewals.push(renewal);
        return { status: 201, body: renewal };
      },
    },
    {
      method: 'GET',
      path: /^\/registrations\/([^/]+)\/renewals\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [name = '', key = ''] }) => {
        const found = renewals.find((renewal) => renewal.key === key);
        return found
          ? { status: 200, body: found }
          : refusal(404, 'unknown_renewal', `${name} was not renewed`);
      },
    },
  ];
};

const later = (from: string, years: number): string => {
  const date = new Date(from);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.toISOString();
};
