// Who may import whom. One line of `mayImport` is one row of the table in ARCHITECTURE.md; everything not
// listed is refused. CommonJS because dependency-cruiser loads its configuration that way.

/** Folder → the other folders of ours it may import. Patterns are regular expressions on paths. */
const mayImport = {
  '^protocols/': [],
  '^database/': [],
  '^workflow/': ['^database/'],
  '^providers/contracts/': ['^protocols/'],
  '^providers/builtin/': ['^providers/contracts/', '^protocols/', '^database/'],
  '^providers/(?!contracts/|builtin/)([^/]+)/': ['^providers/$1/', '^providers/contracts/', '^protocols/'],
  '^providers/[^/]+$': ['^providers/', '^protocols/', '^database/'],
  '^server/http/': ['^database/'],
  '^server/config/': ['^database/'],
  '^server/features/[^/]+$': [
    '^server/features/[^/]+$',
    '^server/http/',
    '^database/',
    '^workflow/',
    '^protocols/',
    '^providers/contracts/',
  ],
  '^server/features/([^/]+)/': [
    '^server/features/[^/]+$',
    '^server/features/$1/',
    '^server/features/[^/]+/index\\.ts$',
    '^server/http/',
    '^database/',
    '^workflow/',
    '^protocols/',
    '^providers/contracts/',
  ],
  '^browser/': ['^providers/contracts/'],
  '^planes/([^/]+)/': ['^planes/$1/', '^protocols/', '^database/'],
  '^clients/sdk/': ['^openapi/'],
  '^clients/(?!sdk/)([^/]+)/': ['^clients/$1/', '^clients/sdk/'],
};

/** A feature may use those before it; against the order it speaks by event. */
const featureOrder = [
  'accounts',
  'events',
  'audit',
  'workspaces',
  'api-keys',
  'people',
  'workspace-members',
  'factors',
  'passkeys',
  'sessions',
  'price-book',
  'billing',
  'payments',
  'subscriptions',
  'invoices',
  'quotes',
  'tags',
  'dns',
  'zone-accounts',
  'domains',
  'hosted-domains',
  'cloudflare-domains',
  'mailboxes',
  'mailbox-pictures',
  'mailbox-files',
  'mail-queue',
  'suppressions',
  'oauth-clients',
  'consent-requests',
  'sequencers',
  'warmup',
  'prewarm',
  'orders',
  'webhooks',
];

const ours = '^(server|workflow|database|providers|planes|browser|protocols|clients|tools|bench|openapi)/';
// Groups here do not capture: `$1` in a rule means the folder its own pattern captured.
const testing = '(?:^|/)testing(?:/|\\.ts$)';
const tests = `(?:\\.(?:test|conformance)\\.ts$|${testing})`;

const folderRules = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `imports-of-${from
    .replace(/\(\?!.*?\)/g, '')
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '')}`,
  comment: `Imports of ${from} beyond the table in ARCHITECTURE.md.`,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: ours, pathNot: from.includes('(') ? allowed : [from, ...allowed] },
}));

// Tests follow the same table, and may use what is made for tests beside it.
const testRules = folderRules.map((rule) => ({
  ...rule,
  name: `${rule.name}-in-tests`,
  from: { path: rule.from.path.replace('^', `^(?=.*${tests})`) },
  to: { path: ours, pathNot: [...rule.to.pathNot, '^server/testing/', '^database/testing', '^browser/'] },
}));

const orderRules = featureOrder.slice(0, -1).map((feature, index) => ({
  name: `order-after-${feature}`,
  comment: `${feature} comes before these in the order of features; it tells them by event.`,
  severity: 'error',
  from: { path: `^server/features/${feature}/`, pathNot: tests },
  to: { path: `^server/features/(${featureOrder.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...folderRules,
    ...testRules,
    ...orderRules,
    {
      name: 'features-are-in-the-order',
      comment: 'A new feature is added to featureOrder in this file, so that its neighbours are known.',
      severity: 'error',
      from: { path: `^server/features/(?!(${featureOrder.join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'features-through-their-front-door',
      comment: 'A feature is used through its index.ts, by other features and by everything else.',
      severity: 'error',
      from: { pathNot: '^server/features/' },
      to: { path: '^server/features/[^/]+/(?!index\\.ts$)' },
    },
    {
      name: 'vendors-through-the-registry',
      comment:
        'Vendors are known to providers/registry.ts, and to server/roles/, which hands them their settings.',
      severity: 'error',
      from: { path: '^(server/(?!roles/)|workflow/|planes/|clients/)', pathNot: tests },
      to: { path: '^providers/(?!contracts/|[^/]+$)' },
    },
    {
      name: 'testing-only-in-tests',
      comment: 'What is made for tests does not run in production.',
      severity: 'error',
      from: { pathNot: [tests, '^(tools|bench)/', '^vitest\\.'] },
      to: { path: testing },
    },
    {
      name: 'no-cycles',
      comment: 'Files that need each other are one file, or share a third. Types alone may point both ways.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere, or to a package missing in package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages-at-run-time',
      comment: 'What runs in production is in "dependencies". The database folder brings its own generators.',
      severity: 'error',
      from: {
        path: '^(server|workflow|database|providers|planes|browser|protocols|clients)/',
        pathNot: [tests, '^database/generate'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(data|clients/[^/]+/dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
