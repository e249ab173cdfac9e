// Changing the price book: a merge patch on its document, the rules it has to keep, and what is different after.
import { type Prices, type PricesChange, pricesSchema } from './prices.ts';

/** A place of the document that is different; null where there is nothing. */
export type PriceDifference = {
  path: string;
  before: string | number | boolean | null;
  after: string | number | boolean | null;
};

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where null takes away, as in RFC 7396: members of maps, and the taxes. A price that may be null is set to null. */
const removable = new Set(['', 'plans', 'tlds', 'tax.countries']);

const merged = (target: Json | undefined, patch: Json, path: string): Json => {
  if (!isObject(patch)) return patch;
  const result: { [key: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null && removable.has(path)) delete result[key];
    else result[key] = merged(result[key], value, path ? `${path}.${key}` : key);
  }
  return result;
};

export type Changed =
  | { ok: true; prices: Prices }
  | { ok: false; problems: { path: string; message: string }[] };

/** The document with the change in it, or everything that is wrong with that. */
export const changePrices = (prices: Prices, change: PricesChange): Changed => {
  const parsed = pricesSchema.safeParse(merged(prices as Json, change as Json, ''));
  const problems = parsed.success
    ? brokenRules(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  return parsed.success && problems.length === 0
    ? { ok: true, prices: parsed.data }
    : { ok: false, problems };
};

const brokenRules = ({ first_plan, plans, prewarm }: Prices): { path: string; message: string }[] => {
  const problems = [];
  if (!plans[first_plan])
    problems.push({ path: 'first_plan', message: `there is no plan named ${first_plan}` });
  else if (!plans[first_plan].sold)
    problems.push({ path: 'first_plan', message: `${first_plan} is not sold` });
  const ages = prewarm.mailbox_prices.map(({ min_weeks }) => min_weeks);
  if (ages[0] !== 0 || ages.some((age, index) => index > 0 && age <= ages[index - 1]!)) {
    problems.push({ path: 'prewarm.mailbox_prices', message: 'min_weeks must begin with 0 and rise' });
  }
  return problems;
};

const leaves = (value: Json, path: string): [string, PriceDifference['before']][] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
  }
  return [[path, value]];
};

/** Every place that differs, sorted by path. */
export const priceDifferences = (before: Prices, after: Prices): PriceDifference[] => {
  const old = new Map(leaves(before as Json, ''));
  const fresh = new Map(leaves(after as Json, ''));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((path) => old.get(path) !== fresh.get(path))
    .sort()
    .map((path) => ({ path, before: old.get(path) ?? null, after: fresh.get(path) ?? null }));
};
