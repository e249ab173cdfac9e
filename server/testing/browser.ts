// A browser for tests: keeps cookies, sends the token of its session, and says that its own page asks.
import type { Body, Reply, TestInstallation } from './test-installation.ts';

export type Browser = {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Name → value, as they were set last. */
  readonly cookies: Map<string, string>;
  /** Every `Set-Cookie` there was, whole. */
  readonly setCookies: string[];
  csrfToken: string;
};

export const openBrowser = (api: TestInstallation): Browser => {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];
  const browser: Browser = {
    cookies,
    setCookies,
    csrfToken: '',
    get: (path, headers) => browser.call('GET', path, undefined, headers),
    post: (path, body, headers) => browser.call('POST', path, body, headers),
    async call(method, path, body, headers = {}) {
      const response = await fetch(`http://127.0.0.1:${api.installation.ports.http}/v1/api${path}`, {
        method,
        headers: {
          Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'X-Workspace-Id': api.workspaceUid,
          'Content-Type': 'application/json',
          'Sec-Fetch-Site': 'same-origin',
          ...(browser.csrfToken && { 'X-CSRF-Token': browser.csrfToken }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      for (const line of response.headers.getSetCookie()) {
        setCookies.push(line);
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        if (/max-age=0\b/i.test(line)) cookies.delete(name!);
        else cookies.set(name!, value!);
      }
      const answer = (await response.json()) as Body;
      if (answer.csrf_token) browser.csrfToken = answer.csrf_token;
      return { status: response.status, body: answer, headers: response.headers };
    },
  };
  return browser;
};

/** What stands behind the `#` of a link. */
export const tokenOf = (link: string): string => link.slice(link.indexOf('#') + 1);

export const PASSWORD = 'correct horse battery';

let people = 0;
export const freshEmail = (): string => {
  people += 1;
  return `person${people}@people.example`;
};

export type Joined = { uid: string; email: string; browser: Browser };

/** Somebody who was invited with the first key, followed the link and signed in. */
export const joinTeam = async (
  api: TestInstallation,
  role: string,
  wish: { workspace_uids?: string[]; send_mail?: boolean; key?: string; email?: string } = {},
): Promise<Joined> => {
  const { key, email = freshEmail(), ...rest } = wish;
  const invited = await api.post('/people/invite', { email, role, ...rest }, { key });
  const browser = openBrowser(api);
  const joined = await browser.post('/people/accept', {
    token: tokenOf(invited.body.link),
    name: 'Mara Voss',
    password: PASSWORD,
  });
  await signIn(browser, email);
  return { uid: joined.body.person.uid, email, browser };
};

export const signIn = (browser: Browser, email: string, rest: object = {}): Promise<Reply> =>
  browser.post('/sessions', { email, password: PASSWORD, ...rest });
