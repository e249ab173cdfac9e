// GET /billing/wallet: what the team can spend, and what happens when that runs out.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { walletShape, walletView } from './wallet-view.ts';

export const getWallet = defineEndpoint<FeatureContext>()({
  operation: 'billing.wallet',
  summary: 'Get wallet details',
  method: 'GET',
  path: '/billing/wallet',
  scope: 'team',
  response: walletShape,
  errors: [],
  handle: async ({ caller }, { db }) => ({
    message: 'Wallet Details',
    ...(await walletView(db, caller.teamId)),
  }),
});
