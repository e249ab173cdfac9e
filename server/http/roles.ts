// What people may do: the role each has in a team, and the rights that come with it. docs/rights.md is made from here.
import { type Right, rights } from './rights.ts';

export const roles = ['owner', 'admin', 'operator', 'finance', 'viewer', 'client'] as const;

export type Role = (typeof roles)[number];

type RoleRights = {
  /** For people who choose a role. */
  about: string;
  /** In operations that are not about money. */
  rights: readonly Right[];
  /** In operations about the team's money: wallet, payments, subscription, invoices. */
  money: readonly Right[];
  /** Reaches only the workspaces the person is a member of, and nothing of the team's. */
  membersOnly: boolean;
};

export const roleRights: Readonly<Record<Role, RoleRights>> = {
  owner: {
    about: 'Everything, and decides who else is an owner. A team always has one.',
    rights,
    money: rights,
    membersOnly: false,
  },
  admin: {
    about: 'Everything but what concerns owners.',
    rights,
    money: rights,
    membersOnly: false,
  },
  operator: {
    about: 'Runs domains and mailboxes: orders them from the wallet, changes them, sees passwords.',
    rights: ['read', 'write', 'purchase', 'secrets'],
    money: ['read'],
    membersOnly: false,
  },
  finance: {
    about: 'Looks after the money: credits, card, plan, spend caps, invoices. Orders nothing.',
    rights: ['read'],
    money: ['read', 'write', 'purchase', 'admin'],
    membersOnly: false,
  },
  viewer: {
    about: 'Looks at everything that is no secret.',
    rights: ['read'],
    money: ['read'],
    membersOnly: false,
  },
  client: {
    about: 'Looks at the workspaces they are a member of.',
    rights: ['read'],
    money: [],
    membersOnly: true,
  },
};

const moneyNouns: ReadonlySet<string> = new Set(['billing', 'payments', 'subscriptions', 'invoices']);

/** Whether an operation is about the team's money. One that spends it on something (an order) is about that thing. */
export const isAboutMoney = (operation: string): boolean =>
  moneyNouns.has(operation.slice(0, operation.indexOf('.')));

/** What somebody with this role may do in an operation. */
export const rightsIn = (role: Role, operation: string): readonly Right[] =>
  roleRights[role][isAboutMoney(operation) ? 'money' : 'rights'];
