// Front door of billing: the wallet, the ledger, and the only ways money moves.
import type { Continuation } from './funds-wait.ts';
import { verifyLedger } from './ledger-verify.endpoint.ts';
import { serveWaiting } from './serve-waiting.workflow.ts';
import { setSpendCap } from './set-spend-cap.endpoint.ts';
import { setTeamTax } from './set-team-tax.endpoint.ts';
import { listSpendCaps } from './spend-caps.endpoint.ts';
import { getTeamTax } from './team-tax.endpoint.ts';
import { listUpcoming, type ReadUpcoming } from './upcoming.endpoint.ts';
import { getUsage, type ReadDomainsOf } from './usage.endpoint.ts';
import { getWallet } from './wallet.endpoint.ts';
import { listWalletLogs } from './wallet-logs.endpoint.ts';

export { takeCreditsBack } from './arrival.ts';
export { bill, billShape, taxesOf } from './bill.ts';
export type { ChargeLine, ChargeSubject } from './charge.ts';
export { totalOf } from './charge.ts';
export {
  addCredits,
  assertPayable,
  assertWithinCaps,
  captureCharges,
  giveBackCharges,
  lockFunds,
  reserveCharges,
} from './charges.ts';
export { closeAccounts } from './checkpoint.ts';
export { billingErrors, insufficientFunds, spendCapExceeded } from './errors.ts';
export { type Continuation, type FundsWait, stopWaiting, waitForFunds } from './funds-wait.ts';
export { addMonths } from './months.ts';
export { proveLedgers } from './prove-ledger.job.ts';
export { nextReminder } from './reminders.ts';
export { freeSeats, heldSeats, seatsUsed } from './seats.ts';
export { firstSettledAt, settledBetween, teamsSettledBetween } from './settled.ts';
export { keyCapViews } from './spend-cap-view.ts';
export { tellCapRefusal } from './spend-caps.ts';
export {
  accountsInsert as openAccounts,
  balances as ledgerBalances,
  walletBalance as walletMicros,
} from './store.ts';
export { grossOf, taxLabel, taxOn, taxRateOf, teamTax, teamTaxSet, withTax } from './tax.ts';
export type { ReadUpcoming } from './upcoming.endpoint.ts';
export type { UpcomingCharge } from './upcoming.ts';
export { wakeWaiting } from './wake-waiting.job.ts';
export { walletOf } from './wallet.ts';
export { topUpIfLow, walletSettings, walletSettingsUpdate } from './wallet-settings.ts';
export { walletShape, walletView } from './wallet-view.ts';

/** `continuations` say for every kind in `waitForFunds` how a purchase goes on. */
export const billingWorkflows = (continuations: Readonly<Record<string, Continuation>>) => [
  serveWaiting(continuations),
];
/** What is renewed, and the domains of things, is handed in: the features that know come later. */
export const billingEndpoints = (upcoming: readonly ReadUpcoming[], domainsOf: ReadDomainsOf) => [
  listSpendCaps,
  setSpendCap,
  getTeamTax,
  setTeamTax,
  getWallet,
  listWalletLogs,
  verifyLedger,
  listUpcoming(upcoming),
  getUsage(domainsOf),
];
