// The pages, in the order of the side bar; those that somebody may not use are left out.
import {
  CreditCard,
  Flame,
  Gauge,
  Globe,
  Handshake,
  KeyRound,
  type LucideIcon,
  Mail,
  PackagePlus,
  Plug,
  ScrollText,
  ShieldCheck,
  Tags,
  UsersRound,
  Webhook,
} from 'lucide-react';
import type { Right } from '../session/session.ts';

export type Destination = {
  to:
    | '/'
    | '/domains'
    | '/mailboxes'
    | '/orders'
    | '/orders/new'
    | '/sequencers'
    | '/warmup'
    | '/consent'
    | '/tags'
    | '/billing'
    | '/webhooks'
    | '/people'
    | '/keys'
    | '/audit';
  name: string;
  icon: LucideIcon;
  /** The letter after `g`. */
  letter: string;
  needs?: [right: Right, about?: 'money'];
};

export const destinations: readonly Destination[] = [
  { to: '/', name: 'Overview', icon: Gauge, letter: 'o' },
  { to: '/domains', name: 'Domains', icon: Globe, letter: 'd' },
  { to: '/mailboxes', name: 'Mailboxes', icon: Mail, letter: 'm' },
  { to: '/orders', name: 'Orders', icon: ScrollText, letter: 'r' },
  { to: '/orders/new', name: 'New order', icon: PackagePlus, letter: 'n', needs: ['purchase'] },
  { to: '/sequencers', name: 'Sequencers', icon: Plug, letter: 's' },
  { to: '/warmup', name: 'Warm-up', icon: Flame, letter: 'u' },
  { to: '/consent', name: 'Consent requests', icon: Handshake, letter: 'c' },
  { to: '/tags', name: 'Tags', icon: Tags, letter: 't' },
  { to: '/billing', name: 'Billing', icon: CreditCard, letter: 'b', needs: ['read', 'money'] },
  { to: '/webhooks', name: 'Webhooks', icon: Webhook, letter: 'w' },
  { to: '/people', name: 'People', icon: UsersRound, letter: 'p', needs: ['admin'] },
  { to: '/keys', name: 'API keys', icon: KeyRound, letter: 'k', needs: ['admin'] },
  { to: '/audit', name: 'Audit', icon: ShieldCheck, letter: 'a', needs: ['admin'] },
];
