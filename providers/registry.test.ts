// The choice of vendors: settings, workspace, domain, and names that are nobody's.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../database/clock.ts';
import { useTestDatabase } from '../database/testing.ts';
import { testSecrets } from './builtin/testing.ts';
import type { Platform } from './contracts/mailbox-host.ts';
import { type Role, roles } from './contracts/manifest.ts';
import { sendByFetch } from './contracts/wire.ts';
import { choiceTtlMs, createProviderChoices } from './provider-choice.ts';
import {
  builtinVendors,
  createProviders,
  manifests,
  type ProviderSettings,
  UnknownVendor,
} from './registry.ts';

const database = useTestDatabase();

const access = { host: 'mail.inboxkit.example', port: 2465, security: 'tls' } as const;
const tlds = ['com', 'net', 'org', 'shop'].map((tld) => ({
  tld,
  registrationPriceMicros: 12_500_000,
  renewalPriceMicros: 12_500_000,
}));

const settings: ProviderSettings = {
  vendors: builtinVendors,
  cloudflare: { baseUrl: 'http://127.0.0.1:9' },
  stripe: null,
  sequencers: { urls: {}, guardedSend: sendByFetch, callsPerMinute: null, timeoutMs: 5_000 },
  builtin: {
    registry: { tlds: async () => tlds },
    dns: {
      nameservers: [{ name: 'ns1.inboxkit.example' }],
      hostmaster: 'hostmaster.inboxkit.example',
      nameserverTtlS: 3600,
    },
    mail: {
      mailHost: access.host,
      spf: { mx: true, include: [], ip4: [], ip6: [] },
      clientPorts: { imaps: 2993, submissions: 2465, submission: 2587 },
      access: { smtp: access, imap: access },
    },
    payments: { publicUrl: () => 'http://127.0.0.1', noticeUrl: () => 'http://127.0.0.1' },
    identityUrl: () => 'http://127.0.0.1:8082',
    dkimKeyStockSize: 0,
  },
};

type Choice = { role: Role; platform?: Platform; workspace_id?: string; domain?: string; vendor: string };
const choose = (...choices: Choice[]) => database.db.insertInto('provider_choice').values(choices).execute();

afterEach(async () => {
  await database.db.deleteFrom('provider_choice').execute();
});

describe('every vendor', () => {
  test.for(manifests.map((manifest) => manifest.vendor))(
    '%s has a file for each role it claims',
    (vendor) => {
      const manifest = manifests.find((known) => known.vendor === vendor)!;
      const files = roles.filter((role) => existsSync(`${import.meta.dirname}/${vendor}/${role}.ts`));
      expect(Object.keys(manifest.roles).toSorted()).toEqual(files.toSorted());
    },
  );
});

describe('the registry of providers', () => {
  let clock: VirtualClock;
  const workspaceId = crypto.randomUUID();
  const open = (vendors = settings.vendors) =>
    createProviders({
      db: database.db,
      secrets: testSecrets,
      clock,
      settings: { ...settings, vendors },
    });

  beforeEach(() => {
    clock = new VirtualClock();
  });

  test('the sign-in pages of a platform are those of its host, unless the settings or a choice say others', async () => {
    expect(await open().consentVendor('GOOGLE', {})).toBe('builtin');
    const consentFlows = { ...builtinVendors.consentFlows, GOOGLE: 'google' };
    const chosen = open({ ...builtinVendors, consentFlows });
    expect(await chosen.consentVendor('GOOGLE', {})).toBe('google');
    expect(await chosen.consentVendor('MICROSOFT', {})).toBe('builtin');
    await choose({ role: 'consent-flow', vendor: 'microsoft', workspace_id: workspaceId });
    expect(await chosen.consentVendor('GOOGLE', { workspaceId })).toBe('microsoft');
  });

  test('serves every role and every platform by the built-in vendor when nothing else is chosen', async () => {
    const providers = open();
    expect(await providers.registrar().tlds()).toHaveLength(4);
    expect(await providers.dnsHost({ workspaceId }).nameservers('northpeak.com')).toEqual([
      { name: 'ns1.inboxkit.example' },
    ]);
    for (const platform of ['GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'] as const) {
      const host = providers.mailboxHost(platform, { workspaceId, domain: 'northpeak.com' });
      expect((await host.access()).smtp).toEqual(access);
    }
    await providers.close();
  });

  test('passes every call of a role on to the vendor', async () => {
    const providers = open();
    const dnsHost = providers.dnsHost({ workspaceId });
    await dnsHost.putZone({ name: 'northpeak.com', records: [] });
    expect(await dnsHost.readZone('northpeak.com')).toMatchObject({ name: 'northpeak.com', records: [] });
    await dnsHost.removeZone('northpeak.com');
    expect(await dnsHost.readZone('northpeak.com')).toBeNull();
  });

  test.for([
    { ...builtinVendors, registrar: 'acme' },
    { ...builtinVendors, dnsHost: 'acme' },
    { ...builtinVendors, consentFlows: { ...builtinVendors.consentFlows, SMTP: 'acme' } },
    { ...builtinVendors, mailboxHosts: { ...builtinVendors.mailboxHosts, AZURE: 'acme' } },
    { ...builtinVendors, registrar: 'constructor' },
  ])('refuses to start with settings that name a vendor nobody knows', (vendors) => {
    expect(() => open(vendors)).toThrow(
      /the settings names? "(acme|constructor)" as [a-z-]+; known are: builtin/,
    );
  });

  test('says which name it does not know when a workspace has chosen it, and serves the others', async () => {
    await choose({ role: 'registrar', workspace_id: workspaceId, vendor: 'acme' });
    const providers = open();
    await expect(providers.registrar({ workspaceId }).tlds()).rejects.toThrow(UnknownVendor);
    await expect(providers.registrar({ workspaceId }).tlds()).rejects.toThrow(
      'the table provider_choice names "acme" as registrar; known are: builtin',
    );
    expect(await providers.registrar({ workspaceId: crypto.randomUUID() }).tlds()).toHaveLength(4);
    expect(await providers.dnsHost({ workspaceId }).nameservers('northpeak.com')).toHaveLength(1);
  });
});

describe('a choice of vendor', () => {
  const workspaceId = crypto.randomUUID();
  const domain = 'northpeak.com';
  const open = (clock = new VirtualClock()) => createProviderChoices({ db: database.db, clock });

  test('is nobody when neither the workspace nor the domain has one', async () => {
    const choices = open();
    expect(await choices.find({ role: 'registrar' })).toBeNull();
    expect(await choices.find({ role: 'registrar', workspaceId, domain })).toBeNull();
  });

  test("is the domain's before the workspace's", async () => {
    await choose(
      { role: 'dns-host', workspace_id: workspaceId, vendor: 'of-workspace' },
      { role: 'dns-host', domain, vendor: 'of-domain' },
    );
    const choices = open();
    expect((await choices.find({ role: 'dns-host', workspaceId, domain }))?.vendor).toBe('of-domain');
    expect((await choices.find({ role: 'dns-host', workspaceId, domain: 'other.com' }))?.vendor).toBe(
      'of-workspace',
    );
    expect((await choices.find({ role: 'dns-host', domain }))?.vendor).toBe('of-domain');
  });

  test('counts for its role and platform only', async () => {
    await choose({ role: 'mailbox-host', platform: 'GOOGLE', domain, vendor: 'of-google' });
    const choices = open();
    expect((await choices.find({ role: 'mailbox-host', platform: 'GOOGLE', domain }))?.vendor).toBe(
      'of-google',
    );
    expect(await choices.find({ role: 'mailbox-host', platform: 'SMTP', domain })).toBeNull();
    expect(await choices.find({ role: 'dns-host', domain })).toBeNull();
  });

  test('is followed by every process once the remembered one is too old', async () => {
    const clock = new VirtualClock();
    const choices = open(clock);
    const find = async () => (await choices.find({ role: 'registrar', workspaceId }))?.vendor ?? null;
    expect(await find()).toBeNull();
    await choose({ role: 'registrar', workspace_id: workspaceId, vendor: 'late' });
    await clock.advance(choiceTtlMs - 1);
    expect(await find()).toBeNull();
    await clock.advance(1);
    expect(await find()).toBe('late');
  });

  test('is made once: a second row for the same role and workspace is refused', async () => {
    const choice = { role: 'registrar', workspace_id: workspaceId, vendor: 'one' } as const;
    await choose(choice);
    await expect(choose({ ...choice, vendor: 'two' })).rejects.toThrow(/duplicate key/);
  });
});
