// Signing in and agreeing, one page after the other: address and password, code, what is asked for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { errors, type InteractionResults } from 'oidc-provider';
import type { Logger } from 'pino';
import type { Clock } from '../../database/clock.ts';
import type { Html } from '../../protocols/html.ts';
import { normalizeAddress } from '../../protocols/mail/address.ts';
import type { Accounts } from './accounts.ts';
import { type Guard, networkOf } from './guard.ts';
import { codePage, consentPage, errorPage, type Problem, pageHeaders, passwordPage } from './pages.ts';
import { inWords } from './scopes.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Page = { status: number; page: Html };

const MAX_FORM_OCTETS = 16_384;
/** What the interaction remembers between the password and the code. */
const HALF_WAY = 'signedInHalfWay';
const wrongPassword: Problem = { word: 'wrong_password', text: 'The address or the password is not right.' };
const wrongCode: Problem = { word: 'wrong_code', text: 'The code is not right.' };
const usedCode: Problem = { word: 'used_code', text: 'This code was used already. Wait for the next one.' };

export type Interactions = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export const createInteractions = (deps: {
  provider: Provider;
  accounts: Accounts;
  guard: Guard;
  clock: Clock;
  remoteAddress(request: IncomingMessage): string;
  log: Pick<Logger, 'info'>;
}): Interactions => {
  const { provider, accounts, guard, remoteAddress, clock, log } = deps;

  const clientOf = async ({ params }: Interaction) => {
    const client = await provider.Client.find(String(params.client_id));
    if (!client) throw new errors.InvalidClient('The program that asked is not known any more.');
    return { id: client.clientId, name: client.clientName ?? client.clientId };
  };

  const locked = (until: Date): Problem => {
    const minutes = Math.ceil((until.getTime() - clock.now().getTime()) / 60_000);
    const text = `Too many attempts. Try again ${minutes > 1 ? `in ${minutes} minutes` : 'in a minute'}.`;
    return { word: 'locked_out', text };
  };

  const passwordForm = async (
    interaction: Interaction,
    problem: Problem | null,
    address = String(interaction.params.login_hint ?? ''),
    status = problem === null ? 200 : 401,
  ): Promise<Page> => {
    const client = await clientOf(interaction);
    return { status, page: passwordPage({ client: client.name, address, problem }) };
  };

  const checkPassword = async (
    interaction: Interaction,
    form: URLSearchParams,
    network: string,
  ): Promise<Page> => {
    const address = form.get('address') ?? '';
    const attempt = { address: normalizeAddress(address) ?? '', network };
    const until = await guard.lockedUntil(attempt);
    if (until) return passwordForm(interaction, locked(until), address, 429);
    const account = await accounts.checkPassword(address, form.get('password') ?? '');
    if (!account) {
      await guard.failed(attempt);
      log.info({ address, network }, 'identity: wrong password');
      return passwordForm(interaction, wrongPassword, address);
    }
    interaction.result = { ...interaction.result, [HALF_WAY]: account.mailboxId };
    await interaction.persist();
    return { status: 200, page: codePage({ address: account.address, problem: null }) };
  };

  const checkCode = async (
    interaction: Interaction,
    form: URLSearchParams,
    network: string,
  ): Promise<Page | InteractionResults> => {
    const mailboxId = interaction.result?.[HALF_WAY];
    const account = typeof mailboxId === 'string' ? await accounts.find(mailboxId) : null;
    if (!account) return passwordForm(interaction, null);
    const { address } = account;
    const attempt = { address, network };
    const until = await guard.lockedUntil(attempt);
    if (until) return { status: 429, page: codePage({ address, problem: locked(until) }) };
    const verdict = await accounts.checkCode(account.mailboxId, form.get('code') ?? '');
    if (verdict === 'right') {
      await guard.succeeded(attempt);
      log.info({ mailboxId: account.mailboxId, network }, 'identity: signed in');
      return { login: { accountId: account.mailboxId, amr: ['pwd', 'otp', 'mfa'], remember: false } };
    }
    if (verdict === 'used') {
      return { status: 401, page: codePage({ address, problem: usedCode }) };
    }
    await guard.failed(attempt);
    log.info({ address, network }, 'identity: wrong code');
    return { status: 401, page: codePage({ address, problem: wrongCode }) };
  };

  const asked = ({ params }: Interaction): string[] => String(params.scope ?? '').split(' ');

  const consentForm = async (interaction: Interaction): Promise<Page> => {
    const account = await accounts.find(interaction.session?.accountId ?? '');
    if (!account) throw new errors.AccessDenied('The mailbox is closed.');
    const client = await clientOf(interaction);
    const words = inWords(asked(interaction));
    const { address } = account;
    return { status: 200, page: consentPage({ client: client.name, clientId: client.id, address, words }) };
  };

  const allow = async (interaction: Interaction): Promise<InteractionResults> => {
    const accountId = interaction.session?.accountId;
    const clientId = String(interaction.params.client_id);
    const known = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
    const grant = known ?? new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(asked(interaction).join(' '));
    const grantId = await grant.save();
    log.info({ mailboxId: accountId, clientId, scopes: asked(interaction) }, 'identity: access allowed');
    return { consent: { grantId } };
  };

  const show = async (interaction: Interaction): Promise<Page> =>
    interaction.prompt.name === 'consent' ? consentForm(interaction) : passwordForm(interaction, null);

  const act = async (
    interaction: Interaction,
    form: URLSearchParams,
    network: string,
  ): Promise<Page | InteractionResults> => {
    const action = form.get('action');
    if (action === 'cancel') {
      return { error: 'access_denied', error_description: 'The owner of the mailbox did not agree.' };
    }
    if (interaction.prompt.name === 'login') {
      if (action === 'password') return checkPassword(interaction, form, network);
      if (action === 'code') return checkCode(interaction, form, network);
    }
    if (interaction.prompt.name === 'consent' && action === 'allow') return allow(interaction);
    // A form of a page before: the one that is due is shown instead.
    return show(interaction);
  };

  return async (request, response) => {
    let interaction: Interaction | undefined;
    const respond = ({ status, page }: Page) => {
      const redirectUri = interaction?.params.redirect_uri;
      response.writeHead(status, pageHeaders(typeof redirectUri === 'string' ? redirectUri : undefined));
      response.end(page.html);
    };
    try {
      interaction = await provider.interactionDetails(request, response);
      if (request.method === 'GET' || request.method === 'HEAD') return respond(await show(interaction));
      if (request.method !== 'POST') throw new errors.InvalidRequest('This page takes a form.');
      const form = await readForm(request);
      const outcome = await act(interaction, form, networkOf(remoteAddress(request)));
      if ('page' in outcome) return respond(outcome as Page);
      await provider.interactionFinished(request, response, outcome, { mergeWithLastSubmission: true });
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      const gone = error.name === 'SessionNotFound';
      const text = gone
        ? 'This sign-in took too long, was finished, or was begun in another browser.'
        : error.error_description;
      respond({
        status: error.statusCode ?? 400,
        page: errorPage(gone ? 'session_not_found' : error.error, text),
      });
    }
  };
};

const readForm = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > MAX_FORM_OCTETS) throw new errors.InvalidRequest('The form is too long.');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
};
