// The address at which a wallet that is too low can be filled: part of every answer `insufficient_funds`. It says by
// itself, sealed, who pays how much and until when, so that answering it writes nothing and asks nobody; the checkout is
// opened when somebody opens the address, and one address opens one checkout.
import { v5 as nameBasedId } from 'uuid';
import { z } from 'zod';
import { inTransaction } from '../../../database/database.ts';
import type { ApiError } from '../../http/errors.ts';
import { insufficientFunds } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { CREDITS_CHECKOUT_MS, creditsLine, FEWEST_CREDITS, MOST_CREDITS } from './credits.ts';
import { keepPayment, openCheckout } from './open.ts';
import type { Payment } from './payment.ts';
import { paymentByUid } from './store.ts';

const SEALED_FOR = 'payments:pay-link';
/** Namespace of the uids of payments by address (RFC 9562 §5.5): one address, one uid. */
const BY_ADDRESS = '0d0a5c3e-52a1-5b8e-9f0b-6a3c0f1f7d41';

const content = z.object({ team: z.uuid(), credits: z.number(), untilMs: z.number() });

type Context = Pick<FeatureContext, 'clock' | 'secrets' | 'settings'>;

export const payLink = (
  { clock, secrets, settings }: Context,
  team: string,
  missingCredits: number,
): string => {
  const credits = Math.min(Math.max(Math.ceil(missingCredits * 100) / 100, FEWEST_CREDITS), MOST_CREDITS);
  const untilMs = clock.now().getTime() + CREDITS_CHECKOUT_MS;
  const token = secrets.seal(JSON.stringify({ team, credits, untilMs }), SEALED_FOR);
  return `${settings.publicUrl()}/v1/pay/${token}`;
};

/** Tells where to pay what is missing, on its way to the caller; every other error is left as it is. */
export const withPayLink = (context: Context, error: ApiError, teamUid: string | undefined): ApiError => {
  if (error.definition !== insufficientFunds.definition || teamUid === undefined) return error;
  const missing = error.fields.missing_credits;
  const url = payLink(context, teamUid, typeof missing === 'number' ? missing : FEWEST_CREDITS);
  return insufficientFunds(error.message, { ...error.fields, checkout_url: url }, { ...error.headers });
};

/** The payment that an address stands for, opened by the first who looks; null when it is none, or too old. */
export const openPayLink = async (context: FeatureContext, token: string): Promise<Payment | null> => {
  const { db, clock } = context;
  const wanted = read(context, token);
  if (!wanted) return null;
  const uid = nameBasedId(token, BY_ADDRESS);
  const known = await paymentByUid(db, uid);
  if (known) return known;
  const expiresAt = new Date(wanted.untilMs);
  if (expiresAt <= clock.now()) return null;
  const payment = await openCheckout(context, {
    uid,
    teamUid: wanted.team,
    workspaceUid: null,
    lines: [creditsLine(wanted.credits)],
    purchaseKind: null,
    expiresAt,
  });
  // Two who open it at once get one checkout from the vendor, and one of them writes it.
  await inTransaction(db, (tx) => keepPayment(tx, payment));
  return payment;
};

const read = ({ secrets }: Context, token: string): z.infer<typeof content> | null => {
  try {
    return content.parse(JSON.parse(secrets.open(token, SEALED_FOR)));
  } catch {
    return null;
  }
};
