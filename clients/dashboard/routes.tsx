// Which page is at which address. Pages are loaded when they are first gone to.
import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent } from '@tanstack/react-router';
import { Shell } from './shell/shell.tsx';
import { Button } from './ui/button.tsx';
import { Empty, Failure, Loading } from './ui/states.tsx';

/** What a list is cut to and sorted by, as its address says it. */
export type ListSearch = { q?: string; status?: string; tag?: string; sort?: string };

const listSearch = (search: Record<string, unknown>): ListSearch => ({
  ...(typeof search.q === 'string' && search.q !== '' && { q: search.q }),
  ...(typeof search.status === 'string' && search.status !== '' && { status: search.status }),
  ...(typeof search.tag === 'string' && search.tag !== '' && { tag: search.tag }),
  ...(typeof search.sort === 'string' && search.sort !== '' && { sort: search.sort }),
});

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty
      title="There is no page at this address"
      action={
        <Button asChild>
          <Link to="/">Go to the overview</Link>
        </Button>
      }
    />
  ),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview.tsx')),
});
const domains = createRoute({
  getParentRoute: () => root,
  path: '/domains',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./domains/domains.tsx')),
});
const domain = createRoute({
  getParentRoute: () => root,
  path: '/domains/$uid',
  component: lazyRouteComponent(() => import('./domains/domain.tsx')),
});
const mailboxes = createRoute({
  getParentRoute: () => root,
  path: '/mailboxes',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./mailboxes/mailboxes.tsx')),
});
const mailbox = createRoute({
  getParentRoute: () => root,
  path: '/mailboxes/$uid',
  component: lazyRouteComponent(() => import('./mailboxes/mailbox.tsx')),
});
const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  component: lazyRouteComponent(() => import('./orders/orders.tsx')),
});
const newOrder = createRoute({
  getParentRoute: () => root,
  path: '/orders/new',
  component: lazyRouteComponent(() => import('./orders/new-order.tsx')),
});
const order = createRoute({
  getParentRoute: () => root,
  path: '/orders/$uid',
  component: lazyRouteComponent(() => import('./orders/order.tsx')),
});
const billing = createRoute({
  getParentRoute: () => root,
  path: '/billing',
  component: lazyRouteComponent(() => import('./billing/billing.tsx')),
});
const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./webhooks/webhooks.tsx')),
});
const webhook = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$uid',
  component: lazyRouteComponent(() => import('./webhooks/webhook.tsx')),
});
const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('./team/keys.tsx')),
});
const sequencers = createRoute({
  getParentRoute: () => root,
  path: '/sequencers',
  component: lazyRouteComponent(() => import('./sequencers/sequencers.tsx')),
});
const sequencer = createRoute({
  getParentRoute: () => root,
  path: '/sequencers/$uid',
  component: lazyRouteComponent(() => import('./sequencers/sequencer.tsx')),
});
const warmups = createRoute({
  getParentRoute: () => root,
  path: '/warmup',
  component: lazyRouteComponent(() => import('./warmup/warmups.tsx')),
});
const warmup = createRoute({
  getParentRoute: () => root,
  path: '/warmup/$uid',
  component: lazyRouteComponent(() => import('./warmup/warmup.tsx')),
});
const consent = createRoute({
  getParentRoute: () => root,
  path: '/consent',
  component: lazyRouteComponent(() => import('./consent/consent.tsx')),
});
const tags = createRoute({
  getParentRoute: () => root,
  path: '/tags',
  component: lazyRouteComponent(() => import('./tags/tags.tsx')),
});
const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('./team/people.tsx')),
});
const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account.tsx')),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('./team/audit.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    domains,
    domain,
    mailboxes,
    mailbox,
    orders,
    newOrder,
    order,
    sequencers,
    sequencer,
    warmups,
    warmup,
    consent,
    tags,
    billing,
    webhooks,
    webhook,
    people,
    keys,
    audit,
    account,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
