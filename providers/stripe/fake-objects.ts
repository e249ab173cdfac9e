// The objects of the fake Stripe, with the fields that this program reads, and the ways its test cards refuse.
import type { CardAnswer } from '../contracts/payments.conformance.ts';

export type Metadata = Record<string, string>;
export type Customer = { id: string; object: 'customer'; name: string; metadata: Metadata };
export type Card = { id: string; customer: string; answer: CardAnswer; last4: string };
export type Charge = {
  id: string;
  object: 'charge';
  amount_refunded: number;
  disputed: boolean;
  metadata: Metadata;
};
export type Intent = {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_received: number;
  currency: string;
  created: number;
  customer: string;
  status: string;
  metadata: Metadata;
  last_payment_error: object | null;
  latest_charge: Charge | null;
};
export type Session = {
  id: string;
  object: 'checkout.session';
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'paid';
  amount_total: number;
  currency: string;
  customer: string;
  client_reference_id: string;
  metadata: Metadata;
  url: string | null;
  expires_at: number;
  payment_intent: Intent | null;
  keeps: boolean;
};
export type Dispute = {
  id: string;
  object: 'dispute';
  amount: number;
  payment_intent: string;
  status: string;
};

/** Stripe's test cards of the same behaviour (docs: testing). */
export const last4: Record<CardAnswer, string> = { pays: '4242', declined: '0341', needs_customer: '3184' };

export const errorOf = (answer: Exclude<CardAnswer, 'pays'>) =>
  answer === 'declined'
    ? {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'generic_decline',
        message: 'Your card was declined.',
      }
    : {
        type: 'card_error',
        code: 'authentication_required',
        decline_code: 'authentication_required',
        message: 'Your card was declined. This transaction requires authentication.',
      };
