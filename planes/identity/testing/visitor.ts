// Somebody with a browser without scripts: keeps cookies, follows redirects on the origin, fills in forms.
export type Shown = { status: number; url: string; text: string; headers: Headers };

export type Visitor = {
  open(url: string): Promise<Shown>;
  /** Sends the form of the page last shown. */
  submit(fields: Record<string, string>): Promise<Shown>;
};

/** Ends at a page, or at the first redirect away from `origin`, which is not followed: `url` is where it leads. */
export const createVisitor = (origin: string): Visitor => {
  const jar = new Map<string, { value: string; path: string }>();
  let shown: Shown | undefined;

  const ask = async (url: string, init: RequestInit = {}): Promise<Shown> => {
    const { pathname } = new URL(url);
    const cookie = [...jar]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      const path = attributes.find((text) => text.startsWith('path='))?.slice(5) ?? '/';
      if (value === '') jar.delete(name);
      else jar.set(name, { value, path });
    }
    const { status, headers } = response;
    const text = await response.text();
    const location = headers.get('location');
    if (location === null) return { status, url, text, headers };
    const next = new URL(location, url);
    if (next.origin !== origin) return { status, url: next.href, text, headers };
    return ask(next.href);
  };

  return {
    async open(url) {
      shown = await ask(url);
      return shown;
    },
    async submit(fields) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams(fields).toString();
      const action = /<form [^>]*action="([^"]+)"/.exec(shown!.text)?.[1];
      shown = await ask(new URL(action ?? '', shown!.url).href, { method: 'POST', headers, body });
      return shown;
    },
  };
};
