// A web page made of files in a folder, served from memory: one that decides itself what to show at which address, so
// that every address without a file is answered with its first page.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Not worth it for what is compressed already. */
const compressed = new Set(['.html', '.js', '.css', '.svg']);

const headers = {
  // Libraries of components set style elements; scripts come from files alone, and nothing comes from elsewhere.
  'Content-Security-Policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

type SiteFile = {
  bytes: Buffer;
  gzipped: Promise<Buffer> | null;
  type: string;
  etag: string;
  lasting: boolean;
};

export type SiteFiles = {
  /** Null when the request is not one for a page: it is somebody else's. */
  answer(request: Request): Promise<Response | null>;
};

/**
 * Reads the folder once. Files below `assets/` carry a hash of their content in their name, and are kept by browsers for
 * good.
 *
 * @returns null when the folder has no `index.html`
 */
export const readSiteFiles = (folder: string): SiteFiles | null => {
  const files = new Map<string, SiteFile>();
  for (const entry of listFiles(folder)) {
    const bytes = readFileSync(join(folder, entry));
    const extension = extname(entry);
    files.set(`/${entry}`, {
      bytes,
      gzipped: null,
      type: types[extension] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      lasting: entry.startsWith('assets/'),
    });
  }
  const first = files.get('/index.html');
  if (!first) return null;

  return {
    async answer(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return null;
      const { pathname } = new URL(request.url);
      const wantsPage = request.headers.get('accept')?.includes('text/html') ?? false;
      const file = files.get(pathname) ?? (wantsPage && extname(pathname) === '' ? first : undefined);
      if (!file) return null;
      const about = {
        ...headers,
        'Content-Type': file.type,
        'Cache-Control': file.lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
        ETag: file.etag,
        Vary: 'Accept-Encoding',
      };
      if (request.headers.get('if-none-match')?.includes(file.etag)) {
        return new Response(null, { status: 304, headers: about });
      }
      const small = compressed.has(extname(pathname)) || file === first;
      if (!small || !request.headers.get('accept-encoding')?.includes('gzip')) {
        return new Response(new Uint8Array(file.bytes), { headers: about });
      }
      file.gzipped ??= promisify(gzip)(file.bytes, { level: 9 });
      const body = new Uint8Array(await file.gzipped);
      return new Response(body, { headers: { ...about, 'Content-Encoding': 'gzip' } });
    },
  };
};

/** Paths below the folder, with `/`; none when there is no such folder. */
const listFiles = (folder: string): string[] => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};
