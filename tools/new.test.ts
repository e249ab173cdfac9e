// What `npm run new` makes is green: in a copy of the tree it passes the checks and its own tests.
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useCopiedTree } from './testing/copied-tree.ts';
import { repositoryRoot } from './tree.ts';

const copy = useCopiedTree();
const make = (kind: string, name: string) => copy.succeed('tools/new.ts', kind, name);

describe('npm run new', () => {
  test('makes endpoints, workflows and vendors that pass every check', () => {
    make('endpoint', 'mailboxes.hibernate');
    make('workflow', 'domains.hand-over');
    // The first of their kind in these features.
    make('endpoint', 'events.look-up');
    make('workflow', 'dns.look-up');
    make('registrar', 'north-names');
    make('dns-host', 'north-names');
    make('mailbox-host', 'north-names');
    make('payments', 'north-names');
    make('sequencer', 'north-send');
    make('sequencer', 'north-names');
    copy.succeed('tools/check.ts', '--only', 'types,imports,format,layout,unused,docs');
    copy.succeed('tools/generate.ts', '--check', '--only', 'contract');
  }, 300_000);

  test('makes tests that pass', () => {
    const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
    const output = copy.succeed(
      vitest,
      'run',
      '--root',
      copy.root,
      'hibernate',
      'hand-over',
      'look-up',
      'north-names',
      'north-send',
    );
    expect(output).toMatch(/\n\d+ passed, 0 failed\s*$/);
  }, 300_000);

  test('lists what it made where the program looks for it', () => {
    const read = copy.read;
    expect(read('server/features/mailboxes/index.ts')).toMatch(
      /Endpoints\b[^=]*=[^;]*\bhibernateMailboxes\b/,
    );
    expect(read('server/features/domains/index.ts')).toMatch(
      /Workflows\b[^=]*=[^;]*\bhandOverDomainsWorkflow\b/,
    );
    expect(read('providers/registry.ts')).toMatch(/others[^=]*= \[[^\]]*\bnorthNames\b/);
    expect(read('providers/sequencer-vendors.ts')).toMatch(/vendors[^=]*= \[[^;]*\bnorthSend\b/);
    expect(read('server/roles/contract.ts')).toMatch(/allEndpoints\b[^;]*\.\.\.eventEndpoints\b/);
    expect(read('server/roles/contract.ts')).toMatch(/allWorkflows\b[^;]*\.\.\.dnsWorkflows\b/);
    for (const operation of ['mailboxes.hibernate', 'events.look-up']) {
      expect(read('openapi/openapi.json')).toContain(`"${operation}"`);
    }
  });

  test('leaves no word of its templates behind', () => {
    const made = copy
      .files()
      .filter((path) => /hibernate|hand-over|look-up|north-names|north-send/.test(path));
    expect(made.map((path) => dirname(path))).toContain('providers/north-names');
    for (const path of made) {
      expect(`${path}: ${/acme|pause/i.exec(copy.read(path))?.[0]}`).toBe(`${path}: undefined`);
    }
  });

  test.each([
    [['endpoint', 'mailboxes.hibernate'], 'exists already'],
    [['registrar', 'north-names'], 'exists already'],
    [['endpoint', 'nothings.pause'], 'there is no feature nothings'],
    [['endpoint', 'mailboxes'], 'not of the form'],
    [['registrar', 'North Names'], 'kebab-case'],
    [['surprise', 'mailboxes.pause'], 'npm run new -- <'],
  ])('refuses %j with a sentence and changes nothing', (args, message) => {
    const before = copy.files();
    const { status, output } = copy.run('tools/new.ts', ...args);
    expect(status).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain('    at ');
    expect(copy.files()).toEqual(before);
  });
});
