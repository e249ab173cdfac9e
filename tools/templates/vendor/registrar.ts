// Acme as a registrar: our contract on one side, its wire on the other.
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { NameQuote, Registrar, Registration, Renewal } from '../../../providers/contracts/registrar.ts';
import type { Api } from './api.ts';

/** Acme writes money as text with two decimals, in US dollars. */
type WirePrice = { registration: string; renewal: string };
type WireQuote = {
  name: string;
  status: 'free' | 'taken' | 'not_sold' | 'malformed';
  price: WirePrice | null;
};
type WireRegistration = {
  id: string;
  name: string;
  nameservers: string[];
  registered_at: string;
  expires_at: string;
};

type WireRenewal = { years: number; expires_at: string };

const unavailableReasons = { taken: 'taken', not_sold: 'unsupported_tld', malformed: 'invalid' } as const;

export const createRegistrar = (api: Api): Registrar => ({
  tlds: async () => {
    const tlds = await api.read<{ tld: string; price: WirePrice }[]>('GET', '/tlds');
    return tlds.map(({ tld, price }) => ({ tld, ...toPrices(price) }));
  },

  quote: async (names) => {
    if (names.length === 0) return [];
    const quotes = await api.read<WireQuote[]>('POST', '/quotes', {
      names: names.map((name) => name.toLowerCase()),
    });
    return quotes.map(
      ({ name, status, price }): NameQuote => ({
        name,
        available: status === 'free',
        ...(status !== 'free' && { unavailableReason: unavailableReasons[status] }),
        premium: false,
        ...toPrices(price),
      }),
    );
  },

  register: async ({ name, years, contact, nameservers, idempotencyKey }) => {
    const body = { name: name.toLowerCase(), years, contact, nameservers };
    return toRegistration(await api.write<WireRegistration>('POST', '/registrations', body, idempotencyKey));
  },

  findRegistration: async ({ name, idempotencyKey }) => {
    const query =
      idempotencyKey === undefined ? '' : `?idempotency_key=${encodeURIComponent(idempotencyKey)}`;
    const registration = await found(api.read<WireRegistration>('GET', `${registrationPath(name)}${query}`));
    return registration && toRegistration(registration);
  },

  setNameservers: async (name, nameservers) => {
    await api.write('PUT', `${registrationPath(name)}/nameservers`, { nameservers });
  },

  renew: async ({ name, years, expiresAt, idempotencyKey }) => {
    const body = { years, expires_at: expiresAt };
    const path = `${registrationPath(name)}/renewals`;
    return toRenewal(name, await api.write<WireRenewal>('POST', path, body, idempotencyKey));
  },

  findRenewal: async ({ name, idempotencyKey }) => {
    const path = `${registrationPath(name)}/renewals/${encodeURIComponent(idempotencyKey)}`;
    const renewal = await found(api.read<WireRenewal>('GET', path));
    return renewal && toRenewal(name, renewal);
  },
});

const registrationPath = (name: string) => `/registrations/${encodeURIComponent(name.toLowerCase())}`;

const toPrices = (price: WirePrice | null) => ({
  registrationPriceMicros: price ? toMicros(price.registration) : 0,
  renewalPriceMicros: price ? toMicros(price.renewal) : 0,
});

/** Digit by digit: a price times a million is not exact in floating point. */
const toMicros = (dollars: string): number => {
  const [whole = '0', cents = ''] = dollars.split('.');
  return Number(whole) * 1_000_000 + Number(cents.padEnd(6, '0'));
};

/** What the answer is, or null when there is no such thing. */
const found = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProviderFailure && error.failure.kind === 'notFound') return null;
    throw error;
  }
};

const toRenewal = (name: string, { years, expires_at }: WireRenewal): Renewal => ({
  name: name.toLowerCase(),
  years,
  expiresAt: expires_at,
});

/** Acme registers at once; there is no registration on its way. */
const toRegistration = (wire: WireRegistration): Registration => ({
  name: wire.name,
  registrationId: wire.id,
  status: 'active',
  nameservers: wire.nameservers,
  registeredAt: wire.registered_at,
  expiresAt: wire.expires_at,
});
