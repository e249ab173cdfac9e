// The keys that seal secrets at rest, from the environment or from a file made at the first start.
import { createHash, randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';

/** Newest first: the first key seals, every key opens. */
export type KeyRing = { keys: readonly { id: string; key: Buffer }[] };

const keyBytes = 32;

/** A new key: 256 random bits, base64url. */
export const generateKey = (): string => randomBytes(keyBytes).toString('base64url');

/**
 * Reads keys separated by blanks, commas or lines; lines that start with `#` are left out. To rotate, put a new
 * key in front and keep the old ones for as long as values sealed with them exist.
 *
 * @throws when there is no key, or one that is not 256 bits. The message never holds the key.
 */
export const parseKeyRing = (text: string, source = 'the key ring'): KeyRing => {
  const encoded = text
    .replaceAll(/^\s*#.*$/gm, '')
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  if (encoded.length === 0) throw new Error(`${source} holds no key`);
  const keys = encoded.map((part, index) => {
    const key = Buffer.from(part, 'base64url');
    if (!/^[\w+/-]{43}=?$/.test(part) || key.length !== keyBytes) {
      throw new Error(`${source}: key ${index + 1} is not 32 bytes in base64`);
    }
    return { id: keyId(key), key };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error(`${source} holds a key twice`);
  return { keys };
};

// Derived, so that nobody has to name keys; one-way, so that it says nothing about the key.
const keyId = (key: Buffer): string =>
  createHash('sha256').update('inboxkit key id\0').update(key).digest('base64url').slice(0, 11);

/**
 * The keys in `env` when given, else those in `file`, which is made with a new key when it does not exist. Any
 * number of processes may call it at once and get the same keys.
 *
 * @throws when others may read the file, or it holds no usable key.
 */
export const loadOrCreateKeyRing = async (from: { env?: string; file: string }): Promise<KeyRing> => {
  if (from.env) return parseKeyRing(from.env, 'the key ring in the environment');
  const { file } = from;
  await createOnce(file);
  if (process.platform !== 'win32' && (await stat(file)).mode & 0o077) {
    throw new Error(`the key file ${file} can be read by other users: make it mode 0600`);
  }
  return parseKeyRing(await readFile(file, 'utf8'), `the key file ${file}`);
};

const createOnce = async (file: string): Promise<void> => {
  if (await stat(file).catch(() => undefined)) return;
  const unfinished = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(`${generateKey()}\n`);
      await handle.sync(); // a lost key loses every secret sealed with it
    } finally {
      await handle.close();
    }
    // Unlike a rename, a link never replaces the file of a process that was faster.
    await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
};
