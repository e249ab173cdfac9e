// The flow for this installation's own sign-in pages, on these very pages, with answers that are made up.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  codePage,
  consentPage,
  errorPage,
  type Problem,
  pageHeaders,
  passwordPage,
} from '../../planes/identity/pages.ts';
import { createConsentFlow } from '../../providers/builtin/consent-flow.ts';
import { describeConsentFlow, PASSWORD } from '../../providers/contracts/consent-flow.conformance.ts';

type Behaviour = {
  password: string;
  takesCode(code: string): boolean;
  /** Consent was given before. */
  given?: boolean;
  lockedOut?: boolean;
  /** Who the page says asks. */
  asking?: string;
  /** Word of an error page instead of the first one. */
  error?: string;
};

const address = 'mara@getnorthpeak.com';
const names = { client: 'Outreach Desk', address };
const problem = (word: Problem['word']): Problem => ({ word, text: 'No.' });

describeConsentFlow<Behaviour>(async () => {
  const well: Behaviour = { password: PASSWORD, takesCode: () => true };
  let now = well;
  let wrongCodes = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const show = ({ html }: { html: string }) =>
      response.writeHead(200, pageHeaders(url.searchParams.get('redirect_uri') ?? undefined)).end(html);
    const goOn = () => {
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.searchParams.set('code', 'given');
      response.writeHead(302, { location: back.href }).end();
    };
    if (request.method === 'GET') {
      wrongCodes = 0;
      return now.error
        ? show(errorPage(now.error, undefined))
        : show(passwordPage({ ...names, problem: null }));
    }
    const form = new URLSearchParams(Buffer.concat((await request.toArray()) as Buffer[]).toString());
    switch (form.get('action')) {
      case 'password': {
        const refused = now.lockedOut ? 'locked_out' : 'wrong_password';
        if (now.lockedOut || form.get('password') !== now.password) {
          return show(passwordPage({ ...names, problem: problem(refused) }));
        }
        return show(codePage({ address, problem: null }));
      }
      case 'code': {
        if (!now.takesCode(form.get('code') ?? '')) {
          wrongCodes += 1;
          return show(codePage({ address, problem: problem(wrongCodes === 1 ? 'used_code' : 'wrong_code') }));
        }
        if (now.given) return goOn();
        const clientId = now.asking ?? 'the-client';
        return show(consentPage({ ...names, clientId, words: ['Read, move, delete and send your mail'] }));
      }
      default:
        return goOn();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    flow: createConsentFlow(() => origin),
    authorizeUrl: `${origin}/auth`,
    well,
    behave: (behaviour) => {
      now = behaviour;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}, [
  ['consent was given before', { given: true }, 'consent', ['password', 'code']],
  ['the mailbox is locked out', { lockedOut: true }, 'locked_out'],
  ['the page says that another program asks', { asking: 'somebody-else' }, 'client_not_allowed'],
  ['the client is not known any more', { error: 'invalid_client' }, 'client_unknown'],
  ['something else is wrong', { error: 'server_error' }, 'provider_error'],
]);
