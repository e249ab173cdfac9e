// Collects what the generators read and gives back every generated file with its content.

import { describeConfig, loadConfig } from '../../server/config/config.ts';
import { cliFiles } from './cli-files.ts';
import { configurationPage } from './configuration-page.ts';
import { errorPages } from './error-pages.ts';
import { operationsPage } from './operations-page.ts';
import { rightsPage } from './rights-page.ts';
import { sdkFiles } from './sdk-files.ts';

/** Path in the repository → content. */
export type GeneratedFiles = Map<string, string>;

/** Whole folders that hold nothing but generated files; what is not generated any more is deleted there. */
export const generatedFolders = ['docs/errors/', 'clients/sdk/generated/', 'clients/cli/generated/'];

const generators: Record<string, () => Promise<GeneratedFiles>> = {
  async database() {
    // Starts a PostgreSQL of its own, so it is loaded only when asked for.
    const { generateDatabaseFiles } = await import('../../database/generate.ts');
    return generateDatabaseFiles();
  },
  async configuration() {
    return new Map([['docs/configuration.md', configurationPage(describeConfig())]]);
  },
  async contract() {
    const { allEndpoints, allErrors, buildOpenApi } = await import('../../server/roles/contract.ts');
    const { limits } = loadConfig({});
    const rates = {
      standard: limits.standardPerMinute,
      domain_search: limits.domainSearchPerMinute,
      dns_check: limits.dnsCheckPerMinute,
      // Counted over five minutes, and shown as the rate that is.
      zone_connect: limits.zoneConnectPerFiveMinutes / 5,
      bulk: limits.bulkPerMinute,
      sign_in: limits.signInPerMinute,
    };
    const document = buildOpenApi();
    return new Map([
      ['openapi/openapi.json', `${JSON.stringify(document, null, 2)}\n`],
      ['docs/operations.md', operationsPage(allEndpoints, rates)],
      ['docs/rights.md', rightsPage(allEndpoints)],
      ...errorPages(allErrors, allEndpoints),
      ...(await sdkFiles(document, allEndpoints)),
      ...cliFiles(document, allEndpoints),
    ]);
  },
};

export const generatorNames = Object.keys(generators);

export async function generate(names: readonly string[]): Promise<GeneratedFiles> {
  const files: GeneratedFiles = new Map();
  for (const name of names) {
    for (const [path, content] of (await generators[name]?.()) ?? []) files.set(path, content);
  }
  return files;
}
