// The shapes that several workspace endpoints share.
import { z } from 'zod';

export const workspaceName = z.string().trim().min(1).max(120).meta({ example: 'Client Aurora' });

/** An https address; an empty string or null clears it. */
export const webhookUrl = z
  .union([
    z.literal(''),
    z.null(),
    z.url({ protocol: /^https$/, error: 'webhook_url must be an https address' }),
  ])
  .meta({ example: 'https://hooks.northpeak.example/ik' });

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
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Workspace' });
