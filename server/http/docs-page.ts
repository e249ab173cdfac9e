// The browsable documentation: our page around Swagger UI, everything from this server, no outside host.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';

const assetFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const assets: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript><p>This page needs JavaScript. The same contract as data: <a href="/openapi.json">openapi.json</a></p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

const headers = {
  // Swagger UI sets style attributes and draws its icons from data: URLs; scripts come from files alone.
  'Content-Security-Policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** Mounted at `/docs`. */
export const createDocsPage = (title: string): Hono => {
  const app = new Hono();
  app.get('/', (c) => c.html(page(title), 200, headers));
  app.get('/start.js', (c) =>
    c.body(start, 200, { ...headers, 'Content-Type': assets['swagger-ui-bundle.js']! }),
  );
  for (const [name, type] of Object.entries(assets)) {
    app.get(`/${name}`, async (c) =>
      c.body(await readFile(join(assetFolder, name)), 200, {
        ...headers,
        'Content-Type': type,
        'Cache-Control': 'public, max-age=3600',
      }),
    );
  }
  return app;
};
