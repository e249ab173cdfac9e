// Microsoft's sign-in and consent pages, built by hand: the same ids, field names, page names and error codes, other words.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type MicrosoftBehaviour = {
  password: string;
  takesCode(code: string): boolean;
  challenge: 'code' | 'chooser' | 'chooser_without_code' | 'push' | 'none';
  tiles?: boolean;
  /** Asks for more factors to be set up; `later` lets it be put off. */
  proofUp?: 'later' | 'now';
  changePassword?: boolean;
  /** Number of an AADSTS code on an error page instead of consent. */
  error?: string;
  /** A consent page without a button. */
  adminOnly?: boolean;
  unknownUser?: boolean;
};

export type MicrosoftFake = { origin: string; close(): Promise<void> };

const page = (id: string, body: string): string =>
  `<!doctype html><html lang="xx"><head><title>M</title><meta name="PageID" content="${id}"></head><body>${body}</body></html>`;
const link = (id: string, href: string): string =>
  `<input type="button" id="${id}" value="zzz" onclick="location='${href}'">`;

export const startMicrosoftFake = async (behaviour: () => MicrosoftBehaviour): Promise<MicrosoftFake> => {
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { search, searchParams } = url;
    const html = (id: string, body: string) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(page(id, body));
    const to = (location: string) => response.writeHead(302, { location }).end();
    const kept = [...searchParams]
      .filter(([name]) => !['loginfmt', 'passwd', 'otc'].includes(name))
      .map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
      )
      .join('');
    const form = (action: string, fields: string, next = 'idSIButton9') =>
      `<form action="${action}">${kept}${fields}<input type="submit" id="${next}" value="zzz"></form>`;
    const now = behaviour();
    switch (url.pathname) {
      case '/common/oauth2/v2.0/authorize':
        if (now.tiles) {
          return html(
            'ConvergedSignIn',
            `<div id="tilesHolder"><div data-test-id="somebody@else.example">x</div><div id="otherTile" onclick="location='/name${search}'">zzz</div></div>`,
          );
        }
        return to(`/name${search}`);
      case '/name':
        return html('ConvergedSignIn', form('/named', '<input type="email" name="loginfmt" id="i0116">'));
      case '/named':
        if (now.unknownUser)
          return html('ConvergedSignIn', '<input name="loginfmt"><div id="usernameError">zzz</div>');
        return html('ConvergedSignIn', form('/checked', '<input type="password" name="passwd" id="i0118">'));
      case '/checked':
        if (searchParams.get('passwd') !== now.password) {
          return html(
            'ConvergedSignIn',
            '<input type="password" name="passwd"><div id="passwordError">zzz</div>',
          );
        }
        if (now.challenge === 'code') return to(`/code${search}`);
        if (now.challenge === 'push') {
          return html('ConvergedTFA', `<a id="signInAnotherWay" href="/ways${search}">zzz</a>`);
        }
        return to(now.challenge === 'none' ? `/passed${search}` : `/ways${search}`);
      case '/ways':
        return html(
          'ConvergedTFA',
          `<div data-value="OneWaySMS">x</div>${now.challenge === 'chooser_without_code' ? '' : `<div data-value="PhoneAppOTP" onclick="location='/code${search}'">y</div>`}`,
        );
      case '/code':
        return html('ConvergedTFA', form('/coded', '<input name="otc">', 'idSubmit_SAOTCC_Continue'));
      case '/coded':
        return to(`${now.takesCode(searchParams.get('otc') ?? '') ? '/passed' : '/code'}${search}`);
      case '/passed':
        if (now.changePassword)
          return html('ConvergedChangePassword', '<input type="password" name="newpassword">');
        if (now.proofUp && !searchParams.has('later')) {
          return html(
            'ConvergedProofUpRedirect',
            now.proofUp === 'later' ? link('btnAskLater', `/passed${search}&later=1`) : '',
          );
        }
        return html(
          'KmsiInterrupt',
          `<input type="checkbox" id="KmsiCheckboxField">${link('idBtn_Back', `/consent${search}`)}`,
        );
      case '/consent':
        if (now.error) return html('ConvergedError', `<div>zzz AADSTS${now.error}: zzz</div>`);
        return html('ConvergedConsent', now.adminOnly ? '<p>zzz</p>' : link('idSIButton9', `/done${search}`));
      case '/done': {
        const back = new URL(searchParams.get('redirect_uri')!);
        back.searchParams.set('code', 'the-code');
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
