// The role of a domain registrar: says what a name costs, registers it, points it at nameservers.

/** Registrant data as the API takes it; the registrar maps it to its own form. */
export type Contact = {
  first_name: string;
  last_name: string;
  email: string;
  address_line1: string;
  address_line2?: string;
  city: string;
  state: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  postal_code: string;
  /** E.164. */
  phone?: string;
  organization?: string;
};

export type NameQuote = {
  /** Lower-case A-label name, e.g. `getnorthpeak.com`. */
  name: string;
  available: boolean;
  /** Why a name is not available. */
  unavailableReason?: 'taken' | 'banned' | 'unsupported_tld' | 'invalid';
  premium: boolean;
  /** Price of one year in micro-credits (1 credit = 1 USD = 1,000,000). */
  registrationPriceMicros: number;
  renewalPriceMicros: number;
};

export type Registration = {
  name: string;
  /** The registrar's own id of the registration. */
  registrationId: string;
  /** `pending` until the registry has the name; ask again with `findRegistration`. */
  status: 'pending' | 'active' | 'failed';
  failureReason?: string;
  nameservers: string[];
  registeredAt: string | null;
  expiresAt: string | null;
};

export type RegisterName = {
  name: string;
  years: number;
  /** Null leaves it to the contact that our account at the registrar has. */
  contact: Contact | null;
  nameservers: string[];
  /** The same key never registers twice, and finds the registration it made. */
  idempotencyKey: string;
};

export type RenewName = {
  name: string;
  years: number;
  /**
   * When the name runs out as the caller knows it, as `Registration.expiresAt`. A registry renews only from there
   * (RFC 5731 §3.2.3), so a renewal that happened already is not made a second time.
   */
  expiresAt: string;
  /** The same key never renews twice, and finds the renewal it made. */
  idempotencyKey: string;
};

export type Renewal = {
  name: string;
  years: number;
  /** When the name runs out now. */
  expiresAt: string;
};

export type Registrar = {
  /** Top-level domains sold, without the dot, with the price of one year in micro-credits. */
  tlds(): Promise<{ tld: string; registrationPriceMicros: number; renewalPriceMicros: number }[]>;
  /** Quotes every name; unknown top-level domains come back as not available, names that are banned as `banned`. */
  quote(names: string[]): Promise<NameQuote[]>;
  /**
   * Registers a name. Fails with `conflict` (reason `name_taken`), `rejected`, `insufficientFunds`, or
   * `outcomeUnknown` when the connection died after the request was sent.
   */
  register(request: RegisterName): Promise<Registration>;
  /** The registration we hold under this name and key, or null when there certainly is none. */
  findRegistration(query: { name: string; idempotencyKey?: string }): Promise<Registration | null>;
  setNameservers(name: string, nameservers: string[]): Promise<void>;
  /**
   * Renews a name we hold. Fails with `notFound` for a name we do not hold, `conflict` (reason `expiry_changed`) when
   * it runs out at another time than the caller knows, `rejected` (reason `renewal_too_long`) beyond ten years from
   * now, `insufficientFunds`, or `outcomeUnknown` when the connection died after the request was sent.
   */
  renew(request: RenewName): Promise<Renewal>;
  /** What became of a renewal: the one this request made, or null when it certainly made none. */
  findRenewal(request: RenewName): Promise<Renewal | null>;
};
