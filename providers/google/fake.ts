// Google's sign-in and consent pages, built by hand: the same ids, field names, paths and order, other words. Some pages
// change without a navigation, as theirs do.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type GoogleBehaviour = {
  password: string;
  /** Whether a code is right. */
  takesCode(code: string): boolean;
  /** What it asks for after the password. */
  challenge: 'code' | 'chooser' | 'chooser_without_code' | 'captcha' | 'rejected' | 'none';
  /** What it shows before it asks for consent. */
  unverified?: boolean;
  terms?: boolean;
  chooser?: boolean;
  /** Word of an error page instead of consent. */
  error?: string;
  /** Consent was given before. */
  given?: boolean;
};

export type GoogleFake = { origin: string; close(): Promise<void> };

const page = (body: string): string =>
  `<!doctype html><html lang="xx"><title>G</title><body>${body}</body></html>`;
const button = (id: string, href: string): string =>
  `<div id="${id}"><button type="button" onclick="location='${href}'">zzz</button></div>`;

/** Serves everything below one origin; `accounts.google.com` is played by it. */
export const startGoogleFake = async (behaviour: () => GoogleBehaviour): Promise<GoogleFake> => {
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const html = (body: string) => response.writeHead(200, { 'content-type': 'text/html' }).end(page(body));
    const to = (location: string) => response.writeHead(302, { location }).end();
    const { search, searchParams } = url;
    const now = behaviour();
    switch (url.pathname) {
      case '/o/oauth2/v2/auth':
        if (now.chooser) return to(`/v3/signin/accountchooser${search}`);
        return to(`/v3/signin/identifier${search}`);
      case '/v3/signin/accountchooser':
        return html(
          `<ul><li><div data-identifier="somebody@else.example">x</div></li><li><div data-other-account onclick="location='/v3/signin/identifier${search}'">zzz</div></li></ul>`,
        );
      case '/v3/signin/identifier':
        // Identifier and password on one page, as a page program.
        return html(`<main></main><script>
const main = document.querySelector('main');
const ask = (field, next, act) => { main.innerHTML = field + '<div id="' + next + '"><button type="button">zzz</button></div>'; main.querySelector('button').onclick = act; };
ask('<input type="email" id="identifierId">', 'identifierNext', () => {
  if (!main.querySelector('input').value.includes('@')) return main.querySelector('input').setAttribute('aria-invalid', 'true');
  setTimeout(() => ask('<input type="password" name="Passwd">', 'passwordNext', () => {
    const given = main.querySelector('input').value;
    fetch('/check', { method: 'POST', body: given }).then((r) => r.text()).then((next) => {
      if (next === 'wrong') main.querySelector('input').setAttribute('aria-invalid', 'true'); else location = next + location.search;
    });
  }), 50);
});</script>`);
      case '/check': {
        let given = '';
        request.on('data', (chunk) => {
          given += chunk;
        });
        request.on('end', () => {
          const next = {
            code: '/signin/challenge/totp',
            chooser: '/signin/challenge/selection',
            chooser_without_code: '/signin/challenge/selection',
            captcha: '/signin/challenge/recaptcha',
            rejected: '/v3/signin/rejected',
            none: '/signin/passed',
          }[now.challenge];
          response.end(given === now.password ? next : 'wrong');
        });
        return;
      }
      case '/v3/signin/rejected':
        return html('<h1>zzz</h1>');
      case '/signin/challenge/recaptcha':
        return html('<input name="ca">');
      case '/signin/challenge/selection':
        return html(
          `<ul><li data-challengetype="9">x</li>${now.challenge === 'chooser' ? `<li data-challengetype="6" onclick="location='/signin/challenge/totp${search}'">y</li>` : ''}</ul>`,
        );
      case '/signin/challenge/totp':
        return html(
          `<form action="/signin/code"><input id="totpPin" name="pin">${[...searchParams].map(([k, v]) => `<input type="hidden" name="${k}" value="${v.replaceAll('"', '&quot;')}">`).join('')}<div id="totpNext"><button>zzz</button></div></form>`,
        );
      case '/signin/code':
        if (!now.takesCode(searchParams.get('pin') ?? '')) return to(`/signin/challenge/totp${search}`);
        return to(`/signin/passed${search}`);
      case '/signin/passed':
        if (now.terms && !searchParams.has('t')) return to(`/speedbump/gaplustos${search}`);
        if (now.error) {
          const encoded = Buffer.from(`\n\x13${now.error}\x12\x05zzz`).toString('base64');
          return to(`/signin/oauth/error?authError=${encodeURIComponent(encoded)}`);
        }
        if (now.unverified && !searchParams.has('w')) return to(`/signin/oauth/warning${search}`);
        if (now.given) return to(`/done${search}`);
        return to(`/signin/oauth/id${search}`);
      case '/speedbump/gaplustos':
        return html(`<input type="submit" id="confirm" onclick="location='/signin/passed${search}&t=1'">`);
      case '/signin/oauth/error':
        return html('<h1>zzz</h1>');
      case '/signin/oauth/warning':
        return html(button('submit_approve_access', `/signin/passed${search}&w=1`));
      case '/signin/oauth/id':
        return html(button('submit_approve_access', `/signin/oauth/consent${search}`));
      case '/signin/oauth/consent':
        return html(
          `<input type="checkbox" id="s"><div id="submit_approve_access"><button type="button" onclick="location=document.getElementById('s').checked?'/done${search}':'/denied${search}'">zzz</button></div>`,
        );
      case '/done':
      case '/denied': {
        const back = new URL(searchParams.get('redirect_uri')!);
        const [name, value] = url.pathname === '/done' ? ['code', 'the-code'] : ['error', 'access_denied'];
        back.searchParams.set(name!, value!);
        return to(back.href);
      }
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
