// The vendor Stripe: what its role is made of.
import type { Payments } from '../contracts/payments.ts';
import { createClient, type StripeSettings } from './client.ts';
import { createPayments } from './payments.ts';

export type { StripeSettings };

export const createStripePayments = (
  settings: StripeSettings & { publicUrl(): string },
  now: () => Date,
): Payments =>
  createPayments(createClient(settings), {
    webhookSecret: settings.webhookSecret,
    publicUrl: settings.publicUrl,
    now,
  });
