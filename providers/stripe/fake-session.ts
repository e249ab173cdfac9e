// What Stripe documents about the parameters of a checkout session (docs: api/checkout/sessions/create).
import { invalid, type Params, type Route } from './fake.ts';

export const number = (params: Params, name: string): number => {
  const value = Number(params[name]);
  if (!Number.isInteger(value)) throw invalid(`Invalid integer: ${params[name]}`, undefined, name);
  return value;
};

export const sessionRules = {
  params:
    /^(mode|customer|client_reference_id|metadata\[reference\]|payment_intent_data\[(metadata\]\[reference|setup_future_usage)\]|line_items\[\d+\]\[(quantity|price_data\]\[(currency|unit_amount|product_data\]\[name))\]|adaptive_pricing\[enabled\]|success_url|cancel_url|expires_at)$/,
  required: [
    'mode',
    'customer',
    'client_reference_id',
    'success_url',
    'line_items[0][quantity]',
    'line_items[0][price_data][currency]',
    'line_items[0][price_data][unit_amount]',
    'line_items[0][price_data][product_data][name]',
  ],
  values: {
    mode: ['payment'],
    'payment_intent_data[setup_future_usage]': ['off_session', 'on_session'],
    'adaptive_pricing[enabled]': ['true', 'false'],
    'line_items[0][price_data][currency]': ['usd'],
  },
} satisfies Pick<Route, 'params' | 'required' | 'values'>;

/** What the lines come to. */
export const totalOfLines = (params: Params): number => {
  if ('line_items[100][quantity]' in params) {
    throw invalid(
      'A Checkout Session in payment mode has a maximum of 100 line items.',
      undefined,
      'line_items',
    );
  }
  let total = 0;
  for (let at = 0; `line_items[${at}][quantity]` in params; at += 1) {
    const amount = number(params, `line_items[${at}][price_data][unit_amount]`);
    if (amount < 0) throw invalid('Invalid non-negative integer');
    if (number(params, `line_items[${at}][quantity]`) < 1) throw invalid('Invalid positive integer');
    for (const part of ['product_data][name', 'currency']) {
      const name = `line_items[${at}][price_data][${part}]`;
      if (!params[name]) throw invalid(`Missing required param: ${name}.`, 'parameter_missing', name);
    }
    if (params[`line_items[${at}][price_data][currency]`] !== params['line_items[0][price_data][currency]']) {
      throw invalid('All prices of a session must have the same currency.');
    }
    total += amount * number(params, `line_items[${at}][quantity]`);
  }
  return total;
};
