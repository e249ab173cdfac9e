// An e-mail address as callers send it, in the one spelling it is stored and compared in.
import { z } from 'zod';
import { normalizeAddress } from '../../../protocols/mail/address.ts';

export const emailAddress = z
  .string()
  .max(320)
  .transform((text, context): string => {
    const address = normalizeAddress(text.trim());
    if (address !== null) return address;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not an e-mail address` });
    return z.NEVER;
  })
  .meta({ format: 'email', examples: ['bob@northpeak.example'] });
