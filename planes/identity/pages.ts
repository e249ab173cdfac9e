// The pages people see: one column that a phone can show, labels on everything, no script, nothing loaded from elsewhere.
import { type Html, html, strictPolicy } from '../../protocols/html.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
label { display: block; margin-top: 1rem; }
input:not([type=hidden]) { font: inherit; display: block; box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: .4rem .6rem; border: 1px solid; border-radius: .5rem; }
button { font: inherit; padding: .6rem 1.2rem; margin: 1.25rem .5rem 0 0; min-height: 2.75rem; border-radius: .5rem; border: 1px solid; cursor: pointer; }
form { display: inline; }
.note { border-inline-start: .25rem solid; padding-inline-start: .75rem; }
`;

/** Where forms may lead: back here, and from here to the program that asked, which browsers check as well. */
export const pageHeaders = (redirectUri?: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': strictPolicy(STYLE, ["'self'", ...formTargetOf(redirectUri)]),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
});

const formTargetOf = (redirectUri: string | undefined): string[] => {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri);
  if (!url) return [];
  // Of an address such as com.example.app:/done there is no origin, and the scheme is what stands for the program.
  return [url.origin === 'null' ? url.protocol : url.origin];
};

const layout = (title: string, body: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;

/** What is wrong: a word for programs that work these pages, and a sentence for people. */
export type Problem = { word: 'wrong_password' | 'wrong_code' | 'used_code' | 'locked_out'; text: string };

const alert = (problem: Problem | null): Html | null =>
  problem && html`<p role="alert" class="note" data-problem="${problem.word}">${problem.text}</p>`;

const cancel: Html = html`<button name="action" value="cancel" formnovalidate>Cancel</button>`;

export const passwordPage = (page: { client: string; address: string; problem: Problem | null }): Html =>
  layout(
    'Sign in',
    html`${alert(page.problem)}
<p>${page.client} asks for access to a mailbox. Sign in to it to see what for.</p>
<form method="post">
<label for="address">Mail address</label>
<input id="address" name="address" type="email" autocomplete="username" required value="${page.address}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button name="action" value="password">Sign in</button>
${cancel}
</form>`,
  );

export const codePage = (page: { address: string; problem: Problem | null }): Html =>
  layout(
    'Enter your code',
    html`${alert(page.problem)}
<p>Your authenticator shows a code of six digits for ${page.address}.</p>
<form method="post">
<label for="code">Code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,8}" required autofocus>
<button name="action" value="code">Go on</button>
${cancel}
</form>`,
  );

export const consentPage = (page: {
  client: string;
  clientId: string;
  address: string;
  words: readonly string[];
}): Html =>
  layout(
    `${page.client} asks for access`,
    html`<p>You are signed in as <strong>${page.address}</strong>. If you agree, ${page.client} may:</p>
<ul>
${page.words.map(
  (words) => html`<li>${words}</li>
`,
)}</ul>
<p class="note" data-client-id="${page.clientId}">Agree only if you know this program. Its id is ${page.clientId}.</p>
<form method="post">
<button name="action" value="allow">Allow</button>
${cancel}
</form>`,
  );

export const errorPage = (error: string, description: string | undefined): Html =>
  layout(
    'This does not work',
    html`<p role="alert" class="note" data-error="${error}">${description ?? 'The request is not one that can be answered.'}</p>
<p>Go back to the program that sent you here, and start again. It may help its makers to know: ${error}.</p>`,
  );

/** @param form as oidc-provider makes it; the buttons belong to it by their attribute */
export const signOutPage = (form: string): Html =>
  layout(
    'Sign out?',
    html`${{ html: form }}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button form="op.logoutForm">Stay signed in</button>`,
  );

export const signedOutPage = (): Html =>
  layout('Signed out', html`<p role="status">You can close this page.</p>`);
