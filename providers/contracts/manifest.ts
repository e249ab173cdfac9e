// What a vendor says about itself, as data: from it come the matrix of providers, the forms that ask for
// credentials, and the check that a vendor has a file for every role it claims.

import type { Pace } from './sequencer.ts';

export const roles = [
  'registrar',
  'dns-host',
  'zone-account',
  'mailbox-host',
  'payments',
  'consent-flow',
  'sequencer',
  'sequencer-file',
] as const;
export type Role = (typeof roles)[number];

/** One value the vendor must be given before it works. */
export type Credential = {
  /** Key under which the value is kept, e.g. `api_key`. */
  name: string;
  label: string;
  /** Sealed at rest and never shown again. */
  secret: boolean;
  required: boolean;
};

/** One ability an operator may ask about before choosing; a "no" says why. */
export type Claim =
  | { ability: string; can: true; note?: string }
  | { ability: string; can: false; because: string };

export type Manifest = {
  /** The vendor's folder, and its name in configuration. */
  vendor: string;
  title: string;
  /** What each role serves; the vendor's folder has a file of the role's name. */
  roles: Partial<Record<Exclude<Role, 'sequencer'>, { claims: Claim[] }>> & {
    /** `pace` is what the vendor documents, or what was seen. */
    sequencer?: { claims: Claim[]; pace: Pace };
  };
  credentials: Credential[];
};
