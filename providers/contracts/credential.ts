// A credential that a customer gave for an account of theirs: values by the names of the vendor's manifest.
export type CredentialValues = Readonly<Record<string, string>>;

/** Where a sealed credential belongs: it opens in no other row. */
export const credentialContext = (uid: string): string => `provider-credential:${uid}`;
