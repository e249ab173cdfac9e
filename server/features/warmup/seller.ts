// Warm-up as something that can be quoted, and can wait for credits: the same purchase as `warmup.add`.
import { z } from 'zod';
import { inTransaction } from '../../../database/database.ts';
import type { Seller } from '../quotes/index.ts';
import { addWarmups, priceWarmups, type WarmupWish } from './add.ts';
import { defaultSettings } from './curve.ts';
import { assertSettings, mailboxUids, settingsFields, settingsIn } from './schema.ts';

export const addFields = {
  mailbox_uids: mailboxUids,
  activate_immediately: z.boolean().default(true).meta({
    description: 'false: the price is set aside, and it begins with `warmup/resume`',
  }),
  settings: z.strictObject(settingsFields).default({}),
};

const body = z.strictObject(addFields);

export const wishOf = (asked: z.output<typeof body>): WarmupWish => {
  const settings = settingsIn(asked.settings);
  assertSettings({ ...defaultSettings, ...settings });
  return {
    mailboxUids: asked.mailbox_uids,
    activateImmediately: asked.activate_immediately,
    settings,
    shared: asked.settings.share_across_workspaces,
  };
};

export const warmupSeller: Seller<typeof body> = {
  body,
  async prepare({ db, clock }, { teamUid, workspaceUid, keyUid }, asked, book) {
    const buyer = { teamUid, workspaceUid, keyUid, book };
    const wish = wishOf(asked);
    return {
      price: () => inTransaction(db, async (tx) => (await priceWarmups(tx, buyer, wish, clock.now())).lines),
      async buy(tx, now) {
        const { lines, mailboxUids: bought } = await addWarmups(tx, buyer, wish, now);
        return { lines, bought: { mailboxUids: bought } };
      },
    };
  },
};
