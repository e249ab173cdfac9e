// The price book: its form, as it is stored and shown, and the one in force with amounts in micro-credits.
import { z } from 'zod';
import { creditsToMicros } from './money.ts';

/** A million credits is more than anything costs, and far inside of what a sum can hold. */
const MOST_CREDITS = 1_000_000;

const credits = z
  .number()
  .min(0)
  .max(MOST_CREDITS)
  .refine((amount) => Number.isInteger(Math.round(amount * 1e9) / 1e3), 'has more than six decimals')
  .meta({ description: 'Credits; at most six decimals' });

const cyclePrices = z.strictObject({
  price: credits.meta({ description: 'The plan for one whole cycle' }),
  extra_seat_price: credits.meta({ description: 'One mailbox beyond the included seats, for a month' }),
});

const plan = z.strictObject({
  included_seats: z.int().min(0).max(1_000_000),
  sold: z
    .boolean()
    .meta({ description: 'false keeps the plan for teams that have it, and offers it to nobody else' }),
  monthly: cyclePrices,
  yearly: cyclePrices,
});

const tldPrices = z.strictObject({
  registration_price: credits
    .nullable()
    .meta({ description: 'One year; null renews the names there are, and sells no more' }),
  renewal_price: credits.meta({ description: 'One year' }),
});

const platformPrices = z.strictObject({
  mailbox_price: credits.nullable().meta({
    description: 'A mailbox for a month, whatever the plan, outside of its seats; null leaves it to the plan',
  }),
});

const prewarmPrices = z.strictObject({
  domain_price: credits,
  mailbox_prices: z
    .array(z.strictObject({ min_weeks: z.int().min(0).max(520), price: credits }))
    .min(1)
    .max(20)
    .meta({ description: 'By age: the last row whose `min_weeks` a mailbox has reached counts' }),
});

const addOnPrices = z.strictObject({
  warmup_mailbox_month: credits,
  placement_test: credits,
  infraguard_domain_month: credits,
  azure_domain_month: credits,
});

const percent = z.number().min(0).max(100).multipleOf(0.001);

const taxPrices = z
  .strictObject({
    name: z.string().trim().min(1).max(40).meta({ example: 'VAT' }),
    default_percent: percent.meta({
      description: 'For a country that is not listed, and for teams that name none',
    }),
    countries: z
      .record(z.string().regex(/^[A-Z]{2}$/, 'is an ISO 3166-1 code of two capitals'), percent)
      .meta({ description: 'By ISO 3166-1 alpha-2', example: { IE: 23 } }),
  })
  .meta({ description: 'Taxes on everything that is sold, beside the prices; left out: none' });
export type TaxPrices = z.infer<typeof taxPrices>;

const planName = z
  .string()
  .regex(/^\S(.{0,58}\S)?$/u, 'is a name of 1 to 60 characters without spaces around it');
const tldName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)?$/, 'is a top-level domain in lower case without its dot');

export const PLATFORMS = ['GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'] as const;
export type PricedPlatform = (typeof PLATFORMS)[number];

/** The document of one version, as operators see and change it. */
export const pricesSchema = z
  .strictObject({
    first_plan: planName.meta({ description: 'The plan a new team begins on' }),
    plans: z.record(planName, plan),
    tlds: z.record(tldName, tldPrices).meta({ description: 'The top-level domains on sale' }),
    platforms: z.strictObject({
      GOOGLE: platformPrices,
      MICROSOFT: platformPrices,
      AZURE: platformPrices,
      SMTP: platformPrices,
    }),
    prewarm: prewarmPrices,
    add_ons: addOnPrices,
    tax: taxPrices.optional(),
  })
  .meta({ id: 'Prices' });
export type Prices = z.infer<typeof pricesSchema>;

/** A change, as a JSON merge patch (RFC 7396): what is left out stays, null takes away. Lists are replaced whole. */
export const pricesChange = z
  .strictObject({
    first_plan: planName.optional(),
    plans: z
      .record(
        planName,
        plan
          .partial()
          .extend({ monthly: cyclePrices.partial(), yearly: cyclePrices.partial() })
          .partial()
          .nullable(),
      )
      .optional(),
    tlds: z.record(tldName, tldPrices.partial().nullable()).optional(),
    platforms: z
      .strictObject({
        GOOGLE: platformPrices,
        MICROSOFT: platformPrices,
        AZURE: platformPrices,
        SMTP: platformPrices,
      })
      .partial()
      .optional(),
    prewarm: prewarmPrices.partial().optional(),
    add_ons: addOnPrices.partial().optional(),
    tax: taxPrices
      .partial()
      .extend({ countries: z.record(z.string(), percent.nullable()).optional() })
      .nullable()
      .optional(),
  })
  .meta({ id: 'PricesChange' });
export type PricesChange = z.infer<typeof pricesChange>;

export type BillingCycle = 'monthly' | 'yearly';

export type Plan = {
  name: string;
  includedSeats: number;
  sold: boolean;
  /** For one whole cycle. */
  priceMicros: Record<BillingCycle, number>;
  /** A month of one mailbox beyond the included seats. */
  extraSeatMicros: Record<BillingCycle, number>;
};

/** One year of a name. */
export type TldPrice = {
  tld: string;
  /** Null: names under it are renewed, and no longer sold. */
  registrationPriceMicros: number | null;
  renewalPriceMicros: number;
};

export type PriceBook = {
  version: number;
  firstPlan: string;
  plans: ReadonlyMap<string, Plan>;
  tlds: ReadonlyMap<string, TldPrice>;
  /** What a mailbox costs a month on a platform with a price of its own; null leaves it to the plan. */
  mailboxMicros: Record<PricedPlatform, number | null>;
  prewarm: { domainMicros: number; mailboxes: readonly { minWeeks: number; priceMicros: number }[] };
  addOns: {
    warmupMailboxMonthMicros: number;
    placementTestMicros: number;
    infraguardDomainMonthMicros: number;
    azureDomainMonthMicros: number;
  };
};

const micros = (amount: number | null): number | null => (amount === null ? null : creditsToMicros(amount));

export const readPrices = (version: number, prices: Prices): PriceBook => ({
  version,
  firstPlan: prices.first_plan,
  plans: new Map(
    Object.entries(prices.plans).map(([name, { included_seats, sold, monthly, yearly }]) => [
      name,
      {
        name,
        includedSeats: included_seats,
        sold,
        priceMicros: { monthly: creditsToMicros(monthly.price), yearly: creditsToMicros(yearly.price) },
        extraSeatMicros: {
          monthly: creditsToMicros(monthly.extra_seat_price),
          yearly: creditsToMicros(yearly.extra_seat_price),
        },
      },
    ]),
  ),
  tlds: new Map(
    Object.entries(prices.tlds).map(([tld, { registration_price, renewal_price }]) => [
      tld,
      {
        tld,
        registrationPriceMicros: micros(registration_price),
        renewalPriceMicros: creditsToMicros(renewal_price),
      },
    ]),
  ),
  mailboxMicros: {
    GOOGLE: micros(prices.platforms.GOOGLE.mailbox_price),
    MICROSOFT: micros(prices.platforms.MICROSOFT.mailbox_price),
    AZURE: micros(prices.platforms.AZURE.mailbox_price),
    SMTP: micros(prices.platforms.SMTP.mailbox_price),
  },
  prewarm: {
    domainMicros: creditsToMicros(prices.prewarm.domain_price),
    mailboxes: prices.prewarm.mailbox_prices.map(({ min_weeks, price }) => ({
      minWeeks: min_weeks,
      priceMicros: creditsToMicros(price),
    })),
  },
  addOns: {
    warmupMailboxMonthMicros: creditsToMicros(prices.add_ons.warmup_mailbox_month),
    placementTestMicros: creditsToMicros(prices.add_ons.placement_test),
    infraguardDomainMonthMicros: creditsToMicros(prices.add_ons.infraguard_domain_month),
    azureDomainMonthMicros: creditsToMicros(prices.add_ons.azure_domain_month),
  },
});

/** The top-level domain of sandboxes: reserved, so that no such name is anybody's (RFC 6761 §6.2). */
export const SANDBOX_TLD = 'test';

/** What is sold in a sandbox: names under the reserved top-level domain alone, at the price of `.com`. */
export const sandboxPrices = (book: PriceBook): PriceBook => {
  const like = book.tlds.get('com') ?? [...book.tlds.values()][0];
  return { ...book, tlds: new Map(like ? [[SANDBOX_TLD, { ...like, tld: SANDBOX_TLD }]] : []) };
};

/** The plans anybody can take, the cheapest first. */
export const plansOnSale = (book: PriceBook): Plan[] =>
  [...book.plans.values()]
    .filter(({ sold }) => sold)
    .sort((a, b) => a.priceMicros.monthly - b.priceMicros.monthly || (a.name < b.name ? -1 : 1));

/** The plan of this name; subscriptions only ever name plans that their book has. */
export const planOf = (book: PriceBook, name: string): Plan => {
  const plan = book.plans.get(name);
  if (!plan) throw new Error(`version ${book.version} of the price book has no plan named ${name}`);
  return plan;
};
