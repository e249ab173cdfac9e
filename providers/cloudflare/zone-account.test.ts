// Cloudflare says what every account of zones must say, measured against its fake.
import { expect, test } from 'vitest';
import { failureOf } from '../contracts/failure.conformance.ts';
import { zoneAccountConformance } from '../contracts/zone-account.conformance.ts';
import { createCloudflareProviders } from './cloudflare.ts';
import { startFakeCloudflare } from './fake.ts';

const open = async () => {
  const fake = await startFakeCloudflare();
  fake.addToken('fake-token');
  fake.addToken('lists-only', { readsDns: false });
  fake.addGlobalKey('mara@northpeak.example', 'a1b2c3');
  return { fake, vendor: createCloudflareProviders({ baseUrl: fake.baseUrl, timeoutMs: 5_000 }) };
};

zoneAccountConformance('Cloudflare', async () => {
  const { fake, vendor } = await open();
  return {
    zoneAccount: vendor.zoneAccount({ api_token: 'fake-token' }),
    withWrongCredential: vendor.zoneAccount({ api_token: 'nobodys-token' }),
    withoutRecords: vendor.zoneAccount({ api_token: 'lists-only' }),
    addZones: async (count) => {
      const names = Array.from({ length: count }, (_, index) => `northpeak-${index}.example`);
      for (const [index, name] of names.entries()) {
        fake.zones.add(name, {
          status: index === 1 ? 'pending' : 'active',
          records: [
            { name, type: 'A', content: '192.0.2.1' },
            { name, type: 'NS', content: 'ada.ns.cloudflare.com' },
          ],
        });
      }
      return names;
    },
    cleanUp: fake.close,
  };
});

test('a global key opens the account with the e-mail address it belongs to, and with no other', async () => {
  const { fake, vendor } = await open();
  fake.zones.add('northpeak.example');
  const right = vendor.zoneAccount({ email: 'mara@northpeak.example', global_api_key: 'a1b2c3' });
  expect(await right.zones()).toHaveLength(1);
  const wrong = vendor.zoneAccount({ email: 'joe@northpeak.example', global_api_key: 'a1b2c3' });
  expect(await failureOf(wrong.zones())).toMatchObject({
    kind: 'unauthorized',
    reason: 'invalid_credential',
  });
  await fake.close();
});

test('half a credential is refused before anybody is asked', async () => {
  const { fake, vendor } = await open();
  expect(() => vendor.zoneAccount({ email: 'mara@northpeak.example' })).toThrow(/global key with its e-mail/);
  expect(fake.calls).toEqual([]);
  await fake.close();
});
