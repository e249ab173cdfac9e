// What the generated pages promise to their readers.
import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../server/config/config.ts';
import { defineError } from '../../server/http/errors.ts';
import { configurationPage } from './configuration-page.ts';
import { errorPages } from './error-pages.ts';
import { operationsPage } from './operations-page.ts';

const walletEmpty = defineError({
  code: 'wallet_empty',
  status: 402,
  whatHappened: 'The wallet holds less than the price: a | b. Nothing was bought.',
  whatToDo: 'Add credits.',
});
const badKey = defineError({
  code: 'bad_key',
  status: 401,
  shape: 'gateway',
  whatHappened: 'The key is wrong.',
  whatToDo: 'Send another.',
});

describe('docs/errors', () => {
  const operations = [
    { operation: 'orders.place', errors: [walletEmpty] },
    { operation: 'mailboxes.buy', errors: [walletEmpty] },
  ];
  const pages = errorPages([badKey.definition, walletEmpty.definition], operations);

  test('has a page for each code, with its body, its cure and the operations that answer it', () => {
    const page = pages.get('docs/errors/wallet_empty.md') ?? '';
    expect(page).toContain('Status 402');
    expect(page).toContain('{ "error": true, "code": "wallet_empty", "message": "…" }');
    expect(page).toContain('Add credits.');
    expect(page.indexOf('`mailboxes.buy`')).toBeLessThan(page.indexOf('`orders.place`'));
    expect(pages.get('docs/errors/bad_key.md')).toContain('{ "code": 401, "message": "…" }');
  });

  test('has an index whose table is not broken by the text of an error', () => {
    expect(pages.get('docs/errors/index.md')).toContain(
      '| [`wallet_empty`](wallet_empty.md) | 402 | The wallet holds less than the price. |',
    );
  });

  test('is not made for a code that does not say what to do', () => {
    const silent = { ...walletEmpty.definition, whatToDo: ' ' };
    expect(() => errorPages([silent], [])).toThrow('wallet_empty needs whatHappened and whatToDo');
  });
});

test('docs/configuration.md names every variable once, and shows no default for a secret', () => {
  const page = configurationPage(describeConfig());
  for (const { name } of describeConfig().flatMap(({ variables }) => variables)) {
    expect(page.split(`### ${name}\n`)).toHaveLength(2);
  }
  expect(page).toContain('### INBOXKIT_HTTP_PORT\n\nPort of the HTTP API.\n\n- Value: port');
});

test('docs/operations.md lists every place an operation answers on', () => {
  const page = operationsPage(
    [
      {
        operation: 'workspaces.update',
        summary: 'Update workspace',
        method: 'PUT',
        path: '/workspaces/update',
        aliases: [{ method: 'PUT', path: '/workspaces/{uid}' }],
        scope: 'team',
        right: 'admin',
        rateLimit: 'bulk',
        writes: true,
      },
    ],
    { standard: 5000, domain_search: 50, dns_check: 60, zone_connect: 2, bulk: 10, sign_in: 30 },
  );
  expect(page).toContain(
    '| `workspaces.update` | Update workspace | `PUT /workspaces/update`<br>`PUT /workspaces/{uid}` | admin | – | 10 | yes |',
  );
});
