// What may be set about HTTPS for forwarded domains.
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const directory = 'https://acme.example.net/directory/';

describe('an authority for certificates', () => {
  test('is not asked for anything unless its directory is given, which is kept as it is written', () => {
    expect(loadConfig({}).web).toMatchObject({ acmeDirectory: null, acmeEmail: null, acmeCaFile: null });
    expect(loadConfig({ INBOXKIT_ACME_DIRECTORY: directory }).web.acmeDirectory).toBe(directory);
  });

  test.each([
    ['INBOXKIT_ACME_DIRECTORY', 'http://acme.example.net/directory'],
    ['INBOXKIT_ACME_DIRECTORY', 'acme.example.net'],
    ['INBOXKIT_ACME_EMAIL', 'hostmaster'],
    ['INBOXKIT_ACME_CA', '/nonexistent/ca.pem'],
  ])('%s refuses %j', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(ConfigError);
  });

  test('brings another listener, whose port nobody else may have', () => {
    const env = { INBOXKIT_WEB_TLS_PORT: '8080' };
    expect(loadConfig(env).web.tlsPort).toBe(8080);
    expect(() => loadConfig({ ...env, INBOXKIT_ACME_DIRECTORY: directory })).toThrow(
      'INBOXKIT_HTTP_PORT and INBOXKIT_WEB_TLS_PORT are both 8080',
    );
  });
});
