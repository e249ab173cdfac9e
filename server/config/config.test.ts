// What the start of the program promises about its settings.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig } from './config.ts';
import { publicUrlOf } from './server.ts';

function messageOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfig', () => {
  test('an empty environment gives the documented defaults, all on loopback', () => {
    const config = loadConfig({});
    expect(config.server).toMatchObject({
      dataDir: resolve('data'),
      bind: '127.0.0.1',
      httpPort: 8080,
      roles: ['api', 'worker', 'dns', 'mail', 'web', 'identity'],
    });
    expect(config.dns.port).toBe(8053);
    expect(config.mail).toMatchObject({ smtpPort: 2525, imapsPort: 2993, outbound: false });
    expect(config.billing.firstCreditsMicros).toBe(1_000_000_000);
    expect(config.database.url).toBeNull();
    expect(config.tls).toBeNull();
  });

  test('a smart host is told whole: a user with a password, and a host for them', () => {
    const load = (env: Record<string, string>) => () => loadConfig(env);
    expect(load({ INBOXKIT_SMART_HOST: 'relay.example.net', INBOXKIT_SMART_HOST_USER: 'me' })).toThrow(
      'INBOXKIT_SMART_HOST_USER and INBOXKIT_SMART_HOST_PASSWORD go together',
    );
    expect(load({ INBOXKIT_SMART_HOST_USER: 'me', INBOXKIT_SMART_HOST_PASSWORD: 'x' })).toThrow(
      'INBOXKIT_SMART_HOST is not, name the host',
    );
    const given = { INBOXKIT_SMART_HOST: 'Relay.example.net', INBOXKIT_SMART_HOST_PORT: '465' };
    expect(load(given)().smartHost).toMatchObject({ host: 'relay.example.net', port: 465, user: null });
  });

  test('every example in the documentation is a value that the variable takes', () => {
    const prose = new Set([
      'INBOXKIT_SECRET_KEY',
      'INBOXKIT_TLS_CERT',
      'INBOXKIT_TLS_KEY',
      'INBOXKIT_ACME_CA',
      'INBOXKIT_SMART_HOST_CA',
      'INBOXKIT_BROWSER',
    ]);
    for (const { variables } of describeConfig()) {
      for (const variable of variables.filter(({ name }) => !prose.has(name))) {
        expect([variable.name, variable.parse(variable.example).ok]).toEqual([variable.name, true]);
      }
    }
  });

  test('every wrong variable is named in one line, each with what it must be', () => {
    const message = messageOf({ INBOXKIT_HTTP_PORT: '80a', INBOXKIT_OUTBOUND: 'yes', INBOXKIT_BIND: 'lan' });
    expect(message).not.toContain('\n');
    expect(message).toContain('INBOXKIT_HTTP_PORT is "80a", it must be a port between 0 and 65535');
    expect(message).toContain('INBOXKIT_OUTBOUND is "yes", it must be on or off');
    expect(message).toContain('INBOXKIT_BIND is "lan", it must be an IPv4 or IPv6 address');
  });

  test.each([
    ['INBOXKIT_HTTP_PORT', '65536'],
    ['INBOXKIT_HTTP_PORT', '-1'],
    ['INBOXKIT_HTTP_PORT', '1e3'],
    ['INBOXKIT_FIRST_CREDITS', '1.1234567'],
    ['INBOXKIT_FIRST_CREDITS', '-5'],
    ['INBOXKIT_PUBLIC_ADDRESS', '::1'],
    ['INBOXKIT_PUBLIC_URL', 'ftp://api.example.net'],
    ['INBOXKIT_HOSTNAME', 'onelabel'],
    ['INBOXKIT_LOG', 'xml'],
    ['INBOXKIT_REGISTRAR', 'nobody'],
    ['INBOXKIT_REGISTRY_FAILURES', 'explodes'],
    ['INBOXKIT_ROLES', 'api,all'],
    ['INBOXKIT_RATE_LIMIT_BULK', '0'],
    ['INBOXKIT_TLS_CERT', '/nonexistent/cert.pem'],
  ])('%s refuses %j', (name, value) => {
    expect(messageOf({ [name]: value })).toContain(`${name} is ${JSON.stringify(value)}`);
  });

  test('a mistyped name is refused with the name that was meant', () => {
    expect(messageOf({ INBOXKIT_HTP_PORT: '80' })).toContain('did you mean INBOXKIT_HTTP_PORT?');
    expect(messageOf({ INBOXKIT_ROLES: 'api,wroker' })).toContain('did you mean worker?');
  });

  test('variables of the test runner are left alone', () => {
    expect(loadConfig({ INBOXKIT_TEST_DATABASE_URL: 'postgres://u@h/d' })).toEqual(loadConfig({}));
  });

  test('the value of a secret is not repeated in the error', () => {
    const message = messageOf({
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      INBOXKIT_SECRET_KEY: 'c2hvcnQ=',
    });
    expect(message).toContain('DATABASE_URL is set but must be');
    expect(message).toContain('INBOXKIT_SECRET_KEY is set but must be different keys of 32 bytes');
    expect(message).not.toMatch(/hunter2|c2hvcnQ/);
  });

  test('an empty value counts as unset', () => {
    expect(loadConfig({ INBOXKIT_HTTP_PORT: '', DATABASE_URL: ' ' })).toEqual(loadConfig({}));
  });

  test('two listeners of started roles cannot have one port, except the port 0', () => {
    expect(messageOf({ INBOXKIT_HTTP_PORT: '2525' })).toContain(
      'INBOXKIT_HTTP_PORT and INBOXKIT_SMTP_PORT are both 2525',
    );
    expect(loadConfig({ INBOXKIT_HTTP_PORT: '2525', INBOXKIT_ROLES: 'api' }).server.httpPort).toBe(2525);
    expect(loadConfig({ INBOXKIT_HTTP_PORT: '0', INBOXKIT_DNS_PORT: '0' }).dns.port).toBe(0);
  });

  test('roles come in one order whatever the order of the list', () => {
    expect(loadConfig({ INBOXKIT_ROLES: 'worker, api' }).server.roles).toEqual(['api', 'worker']);
  });

  test('a process with some roles on a shared database needs the shared key', () => {
    const env = { DATABASE_URL: 'postgres://u:p@127.0.0.1/inboxkit', INBOXKIT_ROLES: 'dns' };
    expect(messageOf(env)).toContain('INBOXKIT_SECRET_KEY must be set');
    const [newer, older] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    const keys = `${newer},${older}`;
    expect(loadConfig({ ...env, INBOXKIT_SECRET_KEY: keys }).secrets.keys).toBe(keys);
  });

  test('credits become micro-credits without rounding', () => {
    expect(loadConfig({ INBOXKIT_FIRST_CREDITS: '0.1' }).billing.firstCreditsMicros).toBe(100_000);
    expect(loadConfig({ INBOXKIT_FIRST_CREDITS: '12.345678' }).billing.firstCreditsMicros).toBe(12_345_678);
  });

  test('resolvers are addresses, with port 53 unless another is said, and none by default', () => {
    const resolversOf = (text: string) => loadConfig({ INBOXKIT_DNS_RESOLVERS: text }).dns.resolvers;
    expect(loadConfig({}).dns.resolvers).toEqual([]);
    expect(resolversOf('192.0.2.1, [2001:db8::1]:5353,2001:db8::2')).toEqual([
      { name: '192.0.2.1', address: '192.0.2.1', port: 53 },
      { name: '[2001:db8::1]:5353', address: '2001:db8::1', port: 5353 },
      { name: '2001:db8::2', address: '2001:db8::2', port: 53 },
    ]);
    for (const text of ['resolver.example', '192.0.2.1:0', '192.0.2.1,', '192.0.2.1:99999']) {
      expect(() => resolversOf(text)).toThrow('INBOXKIT_DNS_RESOLVERS');
    }
  });

  test('faults of the registry are a list, empty when off', () => {
    const failuresOf = (text: string) =>
      loadConfig({ INBOXKIT_REGISTRY_FAILURES: text }).providers.registryFailures;
    expect(failuresOf('times-out-after, busy')).toEqual(['busy', 'times-out-after']);
    expect(failuresOf('off')).toEqual([]);
  });

  test('the log is for people on a terminal and for programs elsewhere, unless it is said', () => {
    expect(loadConfig({}, { isTerminal: true }).log.format).toBe('pretty');
    expect(loadConfig({}, { isTerminal: false }).log.format).toBe('json');
    expect(loadConfig({ INBOXKIT_LOG: 'json' }, { isTerminal: true }).log.format).toBe('json');
  });
});

describe('a certificate given by files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inboxkit-config-'));
    writeFileSync(join(folder, 'cert.pem'), 'certificate');
    writeFileSync(join(folder, 'key.pem'), 'key');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is taken when both files are named, and refused when one is missing', () => {
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    expect(loadConfig({ INBOXKIT_TLS_CERT: certFile, INBOXKIT_TLS_KEY: keyFile }).tls).toEqual({
      certFile,
      keyFile,
    });
    expect(messageOf({ INBOXKIT_TLS_CERT: certFile })).toContain('set both or none');
  });
});

describe('publicUrlOf', () => {
  test('is the address given, else one that reaches the listener from this machine', () => {
    expect(publicUrlOf({ publicUrl: 'https://api.example.net', bind: '0.0.0.0' }, 1)).toBe(
      'https://api.example.net',
    );
    expect(publicUrlOf({ publicUrl: null, bind: '0.0.0.0' }, 80)).toBe('http://127.0.0.1:80');
    expect(publicUrlOf({ publicUrl: null, bind: '::' }, 80)).toBe('http://[::1]:80');
  });
});
