// The role of a payment vendor: takes money from people on a page of its own, charges a stored method without them,
// and says what became of a payment. Whoever uses it acts on what `findPayment` says and never on the contents of a
// notice, so that notices may come twice, late, in any order, or not at all.

/** The only currency that is sold in; 1 credit is 1 USD. */
export const CURRENCY = 'usd';

export type PaymentLine = { description: string; amountCents: number };

export type PayingCustomer = {
  /** Our own id of who pays. */
  reference: string;
  name: string;
};

export type OpenCheckout = {
  /** Our own id of the payment: opening it twice opens one, and it is found again by it. */
  reference: string;
  /** The vendor's id, from `customer`. */
  customerId: string;
  lines: readonly PaymentLine[];
  /** Keeps the payment method, so that it can be charged later without the customer. */
  keepMethod: boolean;
  /** Where the page sends the customer afterwards; null leaves them on a page that says how it ended. */
  returnUrl: string | null;
  expiresAt: Date;
};

export type Checkout = { sessionId: string; url: string; expiresAt: Date };

export type ChargeMethod = {
  /** Our own id of the payment: charging it twice charges once, and it is found again by it. */
  reference: string;
  customerId: string;
  amountCents: number;
  description: string;
};

/** What identifies a payment; the vendor's own ids, where they are known, save it a search. */
export type PaymentQuery = {
  reference: string;
  customerId: string;
  sessionId: string | null;
  /** When it was asked for, to within a minute. */
  askedAt: Date;
};

export type VendorPayment = {
  reference: string;
  /** The vendor's id, for people who look it up there; null before money moves. */
  vendorId: string | null;
  /**
   * `open` waits for the customer, `processing` for a bank. `failed` and `expired` are over and took nothing;
   * `succeeded` took `amountCents`, whatever was given back since.
   */
  status: 'open' | 'processing' | 'succeeded' | 'failed' | 'expired';
  amountCents: number;
  /** Lower case, ISO 4217. */
  currency: string;
  /** Of `amountCents`: given back to the customer. */
  refundedCents: number;
  /** Of `amountCents`: withdrawn because the customer disputes the payment; 0 again when the dispute is won. */
  disputedCents: number;
  /** Why the last attempt failed; an `open` payment can be tried again. */
  failure: { reason: string; message: string } | null;
};

export type StoredMethod = {
  id: string;
  /** For people: `Visa ending in 4242`. */
  label: string;
};

/** A notice from the vendor whose signature was verified: something may have changed about the payment. */
export type PaymentNotice = { eventId: string; type: string; reference: string | null };

/** A request as it arrived; the signature covers every byte of the body. */
export type RawNotice = { body: string; header(name: string): string | null };

export type Payments = {
  /** The vendor's id for the customer; the same reference gets the same one. */
  customer(customer: PayingCustomer): Promise<string>;
  openCheckout(request: OpenCheckout): Promise<Checkout>;
  /** Ends an open checkout, so that it cannot be paid any more; one that has ended stays as it is. */
  expireCheckout(sessionId: string): Promise<void>;
  /** A page where the customer sees past payments and changes the stored method; the address works for minutes. */
  openPortal(request: { customerId: string; returnUrl: string | null }): Promise<{ url: string }>;
  /** The method that `charge` would use, or null. */
  storedMethod(customerId: string): Promise<StoredMethod | null>;
  /**
   * Charges the stored method without the customer. Fails with `rejected` (reason `card_declined`,
   * `authentication_required`, `no_stored_method` or another word of the vendor's) when the answer is no, or
   * `outcomeUnknown` when the connection died after the request was sent.
   */
  charge(request: ChargeMethod): Promise<VendorPayment>;
  /** The payment under this reference, or null when there certainly is none. */
  findPayment(query: PaymentQuery): Promise<VendorPayment | null>;
  /** Verifies and reads a notice. Fails with `unauthorized` when it is forged, changed or too old. */
  readNotice(notice: RawNotice): Promise<PaymentNotice>;
  /** Serves the vendor's pages below `/v1/payments/<vendor>/`, for a vendor that has none of its own. */
  pages?(request: Request): Promise<Response>;
};
