// Profile pictures through HTTP: from a file, from a data address, from the web; checked, written anew, served back.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

// One port of this machine is let through; the rest of its network is not.
const api = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.2/32' });
let mailbox: { uid: string; email: string };
let server: Server;
let png: Buffer;

beforeAll(async () => {
  png = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#cc3300' } })
    .png()
    .withExif({ IFD0: { Artist: 'somebody' } })
    .toBuffer();
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/mara.png') response.writeHead(200).end(png);
    else if (path === '/endless') {
      response.writeHead(200);
      const more = () => response.write(Buffer.alloc(100_000), () => !response.destroyed && more());
      more();
    } else if (path === '/on') response.writeHead(302, { location: '/mara.png' }).end();
    else if (path === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (path === '/inside') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.2');
  await new Promise((resolve) => server.once('listening', resolve));
  const domain = await activeDomain(api);
  [mailbox] = (await activeMailboxes(api, domain.name, ['mara'])) as [typeof mailbox];
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const at = (path: string) => `http://127.0.0.2:${(server.address() as AddressInfo).port}${path}`;
const set = (body: object) => api.post(`/mailboxes/${mailbox.uid}/profile-picture`, body);
const raw = (path: string, init: RequestInit = {}) =>
  fetch(`${api.installation.baseUrl}/v1/api${path}`, {
    ...init,
    headers: {
      Authorization: `Bearer ${api.apiKey}`,
      'X-Workspace-Id': api.workspaceUid,
      ...(init.headers as object),
    },
  });
const dataOf = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;

describe('a picture', () => {
  test('is cut to a square, written anew without what does not show, and served back', async () => {
    const { status, body } = await set({ picture: dataOf(png) });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ message: 'Profile picture updated successfully', width: 512, height: 512 });
    const served = await raw(`/mailboxes/${mailbox.uid}/profile-picture`);
    expect(served.headers.get('content-type')).toBe('image/jpeg');
    const picture = await sharp(Buffer.from(await served.arrayBuffer())).metadata();
    expect([picture.format, picture.width, picture.exif]).toEqual(['jpeg', 512, undefined]);
    const details = await api.get(`/mailboxes/details?uid=${mailbox.uid}`);
    expect(details.body.profile_picture).toBe(body.profile_picture);
  });

  test.each([
    [300, 200, 200],
    [100, 900, 100],
    [900, 600, 512],
  ])('of %d by %d pixels is cut to a square of %d, and never enlarged', async (width, height, side) => {
    const create = { width, height, channels: 3 as const, background: '#336699' };
    const { body } = await set({ picture: dataOf(await sharp({ create }).png().toBuffer()) });
    expect(body).toMatchObject({ width: side, height: side });
  });

  test('comes as a file in a form, on both paths, whatever the file is called', async () => {
    for (const [path, field] of [
      [`/mailboxes/${mailbox.uid}/profile-picture`, 'picture'],
      ['/mailboxes/profile-picture', 'file'],
    ] as const) {
      const form = new FormData();
      form.set(field, new Blob([new Uint8Array(png)], { type: 'text/plain' }), 'mara.txt');
      if (path === '/mailboxes/profile-picture') form.set('uid', mailbox.uid);
      const answer = await raw(path, { method: 'POST', body: form });
      expect(answer.status, await answer.clone().text()).toBe(200);
    }
    const alone = await raw(`/mailboxes/${mailbox.uid}/profile-picture`, {
      method: 'POST',
      body: new Uint8Array(png),
      headers: { 'content-type': 'image/png' },
    });
    expect(alone.status).toBe(200);
  });

  test('is fetched from the web under either name, and over a redirect', async () => {
    for (const body of [{ url: at('/mara.png') }, { profile_pic_url: at('/on') }]) {
      const answer = await set(body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    }
  });

  test.each([
    ['an address in the network of the installation', () => 'http://127.0.0.1:1/x.png'],
    ['the same in IPv6', () => 'http://[::ffff:127.0.0.1]/x.png'],
    ['one that leads there', () => at('/inside')],
    ['one that leads round', () => at('/round')],
    ['one with nothing at it', () => at('/nothing')],
  ])('is not fetched from %s', async (_title, url) => {
    const { status, body } = await set({ url: url() });
    expect([status, body.code]).toEqual([400, 'picture_not_fetched']);
  });

  test.each([
    ['SVG', () => dataOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')],
    ['text that says it is a picture', () => dataOf(Buffer.from('hello'))],
    ['half a picture', () => dataOf(png.subarray(0, png.length >> 1))],
    ['what is no base64', () => 'data:image/png;base64,$$$'],
    ['an endless one', () => at('/endless')],
  ])('is refused that is %s', async (_title, url) => {
    const { status, body } = await set({ url: url() });
    expect([status, body.code], JSON.stringify(body)).toEqual([400, 'unreadable_picture']);
  });

  test('of more pixels than anybody needs is refused however small its file is', async () => {
    const huge = await sharp({ create: { width: 8_000, height: 8_000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const { body } = await set({ picture: dataOf(huge) });
    expect([body.code, body.message]).toEqual([
      'unreadable_picture',
      expect.stringContaining('million pixels'),
    ]);
  });

  test('is one of one mailbox: not none, not two, not of a mailbox that is unknown', async () => {
    expect((await set({})).status).toBe(400);
    expect((await set({ url: at('/mara.png'), picture: dataOf(png) })).status).toBe(400);
    const unknown = await api.post(`/mailboxes/${newId()}/profile-picture`, { picture: dataOf(png) });
    expect(unknown.status).toBe(404);
  });

  test('can be removed', async () => {
    await set({ picture: dataOf(png) });
    const removed = await api.call('DELETE', `/mailboxes/${mailbox.uid}/profile-picture`, {});
    expect(removed.status).toBe(200);
    const served = await raw(`/mailboxes/${mailbox.uid}/profile-picture`);
    expect([served.status, ((await served.json()) as Body).code]).toEqual([404, 'picture_not_found']);
    expect((await api.get(`/mailboxes/details?uid=${mailbox.uid}`)).body.profile_picture).toBeNull();
  });
});
