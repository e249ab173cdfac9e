// The shapes that several workspace endpoints share.
import { z } from 'zod';
import type { WorkspaceLimits } from './limits.ts';

export const workspaceName = z.string().trim().min(1).max(120).meta({ example: 'Client Aurora' });

/** An https address; an empty string or null clears it. */
export const webhookUrl = z
  .union([
    z.literal(''),
    z.null(),
    z.url({ protocol: /^https$/, error: 'webhook_url must be an https address' }),
  ])
  .meta({ example: 'https://hooks.northpeak.example/ik' });

const limit = z.int().min(0).max(1_000_000).nullable();

/** What is not named stays; null takes a limit away. */
export const workspaceLimits = z
  .strictObject({ max_domains: limit.optional(), max_mailboxes: limit.optional() })
  .meta({ description: 'The most domains and mailboxes it may hold; what is there already stays' });

export const limitsOf = ({
  max_domains,
  max_mailboxes,
}: z.output<typeof workspaceLimits> = {}): Partial<WorkspaceLimits> => ({
  ...(max_domains !== undefined && { maxDomains: max_domains }),
  ...(max_mailboxes !== undefined && { maxMailboxes: max_mailboxes }),
});

export const workspaceShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    team: z.uuid(),
    webhook_url: z.string().nullable(),
    admins_only: z.boolean(),
    domains: z.int(),
    assignable_domains: z.int(),
    mailboxes: z.int(),
    workspace_type: z.string(),
    use_shared_billing: z.boolean(),
    limits: z
      .object({ max_domains: z.int().nullable(), max_mailboxes: z.int().nullable() })
      .meta({ description: 'Null: no limit. What it may spend is a spend cap: `GET /billing/spend-caps`' }),
    status: z.enum(['active', 'offboarding']),
    offboarding: z
      .object({ since: z.iso.datetime(), problem: z.string().nullable() })
      .nullable()
      .meta({
        description:
          'While it is deleted with everything in it; `domains` and `mailboxes` say how much is left. `problem`: why it ' +
          'stopped; deleting it with `force` again goes on',
      }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Workspace' });
