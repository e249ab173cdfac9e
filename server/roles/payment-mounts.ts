// What payments need beside the API, outside of its key: where vendors send their notices, and the pages of vendors that
// have none of their own.
import type { Logger } from 'pino';
import type { FeatureContext } from '../features/context.ts';
import { openPayLink, receiveNotice } from '../features/payments/index.ts';
import type { Mount } from '../http/app.ts';
import { checkoutPurchases } from './contract.ts';

const text = (status: number, message: string) =>
  new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });

export const paymentMounts = (context: FeatureContext, log: Logger): Mount[] => [
  {
    name: 'payments.pay',
    path: '/v1/pay/:token',
    async handle(request) {
      if (request.method !== 'GET') return text(405, 'Open the address');
      const token = new URL(request.url).pathname.split('/').at(-1)!;
      const payment = await openPayLink(context, token);
      if (payment?.status === 'succeeded') return text(200, 'This is paid already. Thank you!');
      if (payment?.status !== 'open') return text(404, 'This address is none to pay at, or its time is over');
      return new Response(null, {
        status: 303,
        headers: { location: payment.url!, 'cache-control': 'no-store' },
      });
    },
  },
  {
    name: 'payments.notices',
    path: '/v1/payments/:vendor/events',
    async handle(request) {
      if (request.method !== 'POST') return text(405, 'Notices are sent with POST');
      const vendor = new URL(request.url).pathname.split('/')[3]!;
      const notice = { body: await request.text(), header: (name: string) => request.headers.get(name) };
      try {
        const received = await receiveNotice(context, checkoutPurchases, vendor, notice);
        if (received === 'received') return text(200, 'Received');
        if (received === 'unknown_vendor') return text(404, 'No such payment vendor is set up here');
        log.warn({ vendor }, 'a payment notice was refused: its signature is wrong or too old');
        return text(400, 'The signature is wrong or too old');
      } catch (error) {
        log.error({ vendor, reason: (error as Error).message }, 'a payment notice could not be handled');
        return text(503, 'Send it again later');
      }
    },
  },
  {
    name: 'payments.pages',
    path: '/v1/payments/:vendor/*',
    async handle(request) {
      const vendor = new URL(request.url).pathname.split('/')[3]!;
      const pages = context.providers.payments(vendor)?.pages;
      return pages ? pages(request) : text(404, 'Not found');
    },
  },
];
