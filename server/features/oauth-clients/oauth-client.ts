// A program that the workspace lets in to its mailboxes: what it may ask for, and where its addresses may lead.

export type OauthClient = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  clientId: string;
  /** `registered` at the identity plane of this installation, or `allowed` although it is another vendor's. */
  kind: 'registered' | 'allowed';
  name: string;
  redirectUris: string[];
  hosts: string[];
  scopes: string[];
  secondApprover: string | null;
  approvedAt: Date | null;
  createdAt: Date;
};

/** Whether it may be used: nobody else had to agree, or did. */
export const isApproved = ({ secondApprover, approvedAt }: OauthClient): boolean =>
  secondApprover === null || approvedAt !== null;

/** Hosts of redirect addresses; a program on somebody's own machine has none that could be reached from here. */
export const hostsOf = (redirectUris: readonly string[]): string[] => [
  ...new Set(
    redirectUris.flatMap((uri) => {
      const url = URL.parse(uri);
      return url && /^https?:$/.test(url.protocol) ? [url.hostname] : [];
    }),
  ),
];
