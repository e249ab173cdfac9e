// The shapes that the endpoints about people share.
import { z } from 'zod';
import { normalizeAddress } from '../../../protocols/mail/address.ts';
import { oneLine } from '../../http/one-line.ts';
import { roles } from '../../http/roles.ts';
import type { Invitation } from './link-store.ts';
import type { Member } from './person.ts';

/** An address people sign in with, in the form it is stored in. */
export const personEmail = z
  .string()
  .max(254)
  .transform((text, context) => {
    const address = normalizeAddress(text.trim());
    if (address) return address;
    context.addIssue({ code: 'custom', message: 'email is not a mail address' });
    return z.NEVER;
  })
  .meta({ format: 'email', example: 'mara@northpeak.example' });

export const personName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(oneLine, { error: 'name must be on one line' })
  .meta({ example: 'Mara Voss' });

export const roleField = z.enum(roles).meta({ example: 'viewer' });

/** What a later feature knows of how people prove who they are. */
export type Factors = { totp: boolean; passkeys: number };

export const personShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    operator: z.boolean().meta({ description: 'Whether they run the installation.' }),
    workspace_uids: z.array(z.uuid()).meta({
      description: 'The workspaces they are a member of; a client reaches no others.',
    }),
    one_time_codes: z.boolean().meta({ description: 'Whether signing in takes a code beside the password.' }),
    passkeys: z.int(),
    joined_at: z.iso.datetime(),
  })
  .meta({ id: 'Person' });

export const personRow = (member: Member, factors: Factors = { totp: false, passkeys: 0 }) => ({
  uid: member.uid,
  id: member.uid,
  email: member.email,
  name: member.name,
  role: member.role,
  operator: member.operator,
  workspace_uids: member.workspaceUids,
  one_time_codes: factors.totp,
  passkeys: factors.passkeys,
  joined_at: member.createdAt.toISOString(),
});

export const invitationShape = z
  .object({
    uid: z.uuid(),
    email: z.string(),
    role: z.enum(roles),
    workspace_uids: z.array(z.uuid()),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });

export const invitationRow = (invitation: Invitation) => ({
  uid: invitation.uid,
  email: invitation.email,
  role: invitation.role,
  workspace_uids: invitation.workspaceUids,
  created_at: invitation.createdAt.toISOString(),
  expires_at: invitation.expiresAt.toISOString(),
});
