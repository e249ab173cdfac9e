// The page that links lead to: asks whoever follows one for a name and a password, and sends them to the operations
// that are there for it. It stands alone and needs nothing else to be served.
import { createHash } from 'node:crypto';

const style = `
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
  body { max-width: 24rem; margin: 12vh auto; padding: 0 1rem }
  label { display: block; margin: 1rem 0 }
  input { box-sizing: border-box; width: 100%; padding: .5rem; margin-top: .25rem; font: inherit }
  button { padding: .5rem 1.25rem; font: inherit; cursor: pointer }
  [role=alert] { color: light-dark(#b00020, #ff8a80) }
  [hidden] { display: none }
`;

const script = `
  const token = location.hash.slice(1);
  const at = (id) => document.getElementById(id);
  const say = (text) => { at('problem').textContent = text };
  const ask = async (path, body) => {
    const reply = await fetch('/v1/api' + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.message);
    return answer;
  };
  const confirm = (email) => {
    at('title').textContent = 'Confirm your new address';
    at('about').textContent = 'You sign in with it from then on, and with the old one no more.';
    at('email').value = email;
    at('email').readOnly = true;
    at('name-label').hidden = true;
    at('password-label').hidden = true;
    at('password').required = false;
    at('form').hidden = false;
    at('form').addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        await ask('/people/confirm-email', { token });
        at('form').hidden = true;
        at('about').textContent = 'Done. From now on you sign in with ' + email + '.';
      } catch (error) {
        say(error.message);
      }
    });
  };
  const show = async () => {
    const link = await ask('/people/link', { token });
    const isReset = link.kind === 'reset';
    if (link.kind === 'address') return confirm(link.email);
    at('title').textContent = isReset ? 'Choose a new password' : 'Join ' + link.team;
    at('about').textContent = isReset
      ? 'For ' + link.email + '. You are signed out everywhere then.'
      : link.has_account
        ? 'You have an account here: say its password, and you are in as ' + link.role + '.'
        : 'You become ' + link.role + ' of this team.';
    at('email').value = link.email ?? '';
    at('email').readOnly = link.email !== null;
    const asksName = !isReset && !link.has_account;
    at('name-label').hidden = !asksName;
    at('name').required = asksName;
    const isNew = isReset || !link.has_account;
    at('password').autocomplete = isNew ? 'new-password' : 'current-password';
    at('password').minLength = isNew ? 12 : 1;
    at('hint').hidden = !isNew;
    at('form').hidden = false;
    at('form').addEventListener('submit', async (event) => {
      event.preventDefault();
      say('');
      const password = at('password').value;
      const email = link.kind === 'set_up' ? at('email').value : undefined;
      const joining = { token, email, name: asksName ? at('name').value : undefined, password };
      try {
        await (isReset ? ask('/people/reset-password', { token, password }) : ask('/people/accept', joining));
        at('form').hidden = true;
        at('sign-in').hidden = false;
        at('about').textContent = 'Done. From now on you sign in with ' + at('email').value + ' and this password.';
      } catch (error) {
        say(error.message);
      }
    });
  };
  show().catch((error) => say(error.message));
`;

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>InboxKit</title>
<style>${style}</style>
<h1 id="title">InboxKit</h1>
<p id="about"></p>
<form id="form" hidden>
  <label>Address <input id="email" type="email" autocomplete="username" required></label>
  <label id="name-label">Name <input id="name" autocomplete="name" maxlength="120"></label>
  <label id="password-label">Password <input id="password" type="password" maxlength="256" required>
    <small id="hint">At least 12 characters.</small></label>
  <button>Go on</button>
</form>
<p id="sign-in" hidden><a href="/">Sign in</a></p>
<p id="problem" role="alert"></p>
<noscript>This page needs JavaScript: what lets you in stays in your browser until you send it.</noscript>
<script>${script}</script>
</html>
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': [
    "default-src 'none'",
    "connect-src 'self'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** Where links lead; what a link is for is behind its `#`, and asked by the page. */
export const linkPaths = ['/join', '/reset', '/confirm'] as const;

export const linkPage = async (request: Request): Promise<Response> =>
  request.method === 'GET' || request.method === 'HEAD'
    ? new Response(html, { headers })
    : new Response('Open the address\n', { status: 405, headers: { Allow: 'GET, HEAD' } });
