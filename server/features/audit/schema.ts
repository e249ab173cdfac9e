// The shapes that the audit endpoints share.
import { z } from 'zod';
import { outcomes } from './entry.ts';

export const actorTypes = ['api_key', 'person', 'system', 'visitor'] as const;

/** SHA-256 in hex. */
export const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: 'a hash is 64 hexadecimal digits, lower case' });

export const place = z.object({ position: z.int(), hash: z.string() }).meta({ id: 'AuditPlace' });

export const entryShape = z
  .object({
    id: z.uuid(),
    timestamp: z.iso.datetime(),
    team_id: z.uuid(),
    workspace_id: z.uuid().nullable(),
    actor: z.object({
      type: z.enum(actorTypes),
      id: z.uuid().nullable().meta({
        description:
          'Of the key or the person; null for the installation itself, and for a visitor, who is not signed in',
      }),
      session_id: z.uuid().nullable(),
    }),
    operation: z.string(),
    outcome: z.enum(outcomes),
    status: z.int().meta({ description: 'Of the answer' }),
    code: z.string().nullable().meta({ description: 'Of the refusal' }),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    request_id: z.string().nullable(),
    targets: z.array(z.uuid()).meta({ description: 'The uids in the request and of what it changed' }),
    input: z.unknown().meta({ description: 'What was asked for; secrets are blanked' }),
    changes: z
      .array(
        z.object({
          event_id: z.uuid(),
          type: z.string(),
          subject: z.object({ type: z.string(), id: z.uuid() }),
          data: z.record(z.string(), z.unknown()),
        }),
      )
      .meta({ description: 'The events of what it changed, with what was before where there is such' }),
    change_count: z.int(),
    position: z.int().meta({ description: 'In the chain of the team' }),
    previous: z.string().meta({ description: 'Hash of the entry before' }),
    hash: z
      .string()
      .meta({ description: 'SHA-256 over the canonical JSON (RFC 8785) of the entry without it' }),
  })
  .meta({ id: 'AuditEntry' });
