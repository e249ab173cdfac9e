// One-time links: to set the installation up, to join a team, to choose a new password, to sign in with a new address.
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Role } from '../../http/roles.ts';
import { linkInsert } from './link-store.ts';

type Common = { uid: string; teamUid: string; createdAt: Date; expiresAt: Date };

export type Link = Common &
  (
    | { kind: 'set_up'; role: Role }
    | { kind: 'invitation'; email: string; role: Role; workspaceUids: string[] }
    | { kind: 'reset'; personUid: string; removesFactors: boolean }
    /** `email`: what they are to sign in with. */
    | { kind: 'address'; personUid: string; email: string }
  );

type Wish =
  | Omit<Extract<Link, { kind: 'set_up' }>, keyof Common>
  | Omit<Extract<Link, { kind: 'invitation' }>, keyof Common>
  | Omit<Extract<Link, { kind: 'reset' }>, keyof Common>
  | Omit<Extract<Link, { kind: 'address' }>, keyof Common>;

const HOUR_MS = 60 * 60_000;
const goodForMs: Record<Link['kind'], number> = {
  set_up: 7 * 24 * HOUR_MS,
  invitation: 7 * 24 * HOUR_MS,
  reset: HOUR_MS,
  address: 24 * HOUR_MS,
};
const pages: Record<Link['kind'], string> = {
  set_up: 'join',
  invitation: 'join',
  reset: 'reset',
  address: 'confirm',
};

const tokenBytes = 32;

/** As it stands in the link. */
export const linkToken = z
  .string()
  .max(200)
  .meta({ description: 'What follows `#` in the link.', example: 'kZ0f…' });

export const linkSha256 = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Makes a link. What lets in is behind the `#`, which browsers send to no server: it is in no log of a proxy and in no
 * `Referer`.
 */
export const makeLink = async (
  tx: Tx,
  wish: Wish & { teamUid: string },
  { publicUrl, now }: { publicUrl: string; now: Date },
): Promise<{ link: Link; url: string }> => {
  const token = randomBytes(tokenBytes).toString('base64url');
  const expiresAt = new Date(now.getTime() + goodForMs[wish.kind]);
  const link: Link = { ...wish, uid: newId(), createdAt: now, expiresAt };
  await linkInsert(tx, link, linkSha256(token));
  return { link, url: `${publicUrl}/${pages[wish.kind]}#${token}` };
};
