// A person at the built-in bank's pages, as a browser would press their buttons.

/** Presses a button of a page; answers the page that follows. */
export const press = async (
  url: string,
  action: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams({ ...fields, action }),
  });
  return { status: response.status, text: await response.text() };
};

/** Pays a checkout and keeps the card, which says `card` when it is charged later. */
export const pay = (url: string, card: 'pays' | 'declined' | 'needs_customer' = 'pays') =>
  press(url, 'pay', { keep: 'yes', card });
