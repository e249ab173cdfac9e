// What sealing promises, checked over arbitrary secrets and contexts.
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createSecretBox,
  generateKey,
  loadOrCreateKeyRing,
  parseKeyRing,
  SecretUnreadable,
} from './secret-box.ts';

const boxOf = (...keys: string[]) => createSecretBox(parseKeyRing(keys.join('\n')));
const text = fc.string({ unit: 'binary', maxLength: 200 });

test('what is sealed opens again in its own context and in no other', () => {
  const box = boxOf(generateKey());
  fc.assert(
    fc.property(text, text, text, (secret, context, other) => {
      const sealed = box.seal(secret, context);
      expect(box.open(sealed, context)).toBe(secret);
      if (other !== context) expect(() => box.open(sealed, other)).toThrow(SecretUnreadable);
    }),
  );
});

test('sealing the same secret twice gives values that share no part but version and key id', () => {
  const box = boxOf(generateKey());
  const first = box.seal('secret', 'context').split('.');
  const second = box.seal('secret', 'context').split('.');
  expect(first.slice(0, 2)).toEqual(second.slice(0, 2));
  for (const part of first.slice(2)) expect(second).not.toContain(part);
});

test('a value changed in any one character does not open', () => {
  const box = boxOf(generateKey());
  const sealed = box.seal('a secret of some length', 'context');
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'AQgw_.'), (index, character) => {
      fc.pre(sealed[index] !== character);
      const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
      // The last character of a base64url part can differ in bits that are not part of the bytes.
      const bytes = (value: string) =>
        value
          .split('.')
          .map((part, place) => (place < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
          .join('.');
      fc.pre(bytes(changed) !== bytes(sealed));
      expect(() => box.open(changed, 'context')).toThrow(SecretUnreadable);
    }),
    { numRuns: 300 },
  );
});

test('a shortened authentication tag is refused', () => {
  const box = boxOf(generateKey());
  const parts = box.seal('secret', 'context').split('.');
  parts[4] = Buffer.from(parts[4] as string, 'base64url')
    .subarray(0, 4)
    .toString('base64url');
  expect(() => box.open(parts.join('.'), 'context')).toThrow(SecretUnreadable);
});

test('after a rotation the new key seals, old values still open, and dropping the old key closes them', () => {
  const [older, newer] = [generateKey(), generateKey()];
  const sealedBefore = boxOf(older).seal('secret', 'context');
  const rotated = boxOf(newer, older);
  expect(rotated.open(sealedBefore, 'context')).toBe('secret');
  const sealedAfter = rotated.seal('secret', 'context');
  expect(boxOf(newer).open(sealedAfter, 'context')).toBe('secret');
  expect(() => boxOf(newer).open(sealedBefore, 'context')).toThrow(/not in the key ring/);
});

test('errors never show the secret, the key or the sealed value', () => {
  const key = generateKey();
  const box = boxOf(key);
  const sealed = box.seal('hunter2', 'context');
  for (const act of [
    () => box.open(sealed, 'other'),
    () => box.open('v1.x', 'y'),
    () => parseKeyRing(`${key} short`),
  ]) {
    let message = '';
    try {
      act();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    for (const secret of ['hunter2', key, sealed]) expect(message).not.toContain(secret);
  }
});

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inboxkit-key-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a key file is made once, readable by its owner only, whatever number of processes ask at once', async () => {
  const file = join(directory, 'secret.key');
  const rings = await Promise.all([1, 2, 3, 4].map(() => loadOrCreateKeyRing({ file })));
  const sealed = createSecretBox(rings[0] as never).seal('secret', 'context');
  for (const ring of rings) expect(createSecretBox(ring).open(sealed, 'context')).toBe('secret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['secret.key']);
});

test('a key given in the environment is used and no file is made', async () => {
  const key = generateKey();
  const ring = await loadOrCreateKeyRing({ env: key, file: join(directory, 'secret.key') });
  expect(boxOf(key).open(createSecretBox(ring).seal('secret', ''), '')).toBe('secret');
  expect(await readdir(directory)).toEqual([]);
});

test('a key file that others can read is refused', async () => {
  const file = join(directory, 'secret.key');
  await loadOrCreateKeyRing({ file });
  await chmod(file, 0o644);
  await expect(loadOrCreateKeyRing({ file })).rejects.toThrow(`${file} can be read by other users`);
});

test.each([
  ['nothing', '# only a comment\n'],
  ['a short key', 'c2hvcnQ'],
  ['a word', 'password'],
])('a key file with %s is refused by name', async (_what, content) => {
  const file = join(directory, 'secret.key');
  await writeFile(file, content, { mode: 0o600 });
  await expect(loadOrCreateKeyRing({ file })).rejects.toThrow(file);
  expect(await readFile(file, 'utf8')).toBe(content);
});
