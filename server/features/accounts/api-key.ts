// API keys on the wire: JWTs (RFC 7519) signed with HMAC-SHA256 by a secret that only this installation has.
// Being signed lets a forged key be refused without a look at the database; being listed there lets one be revoked.
import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { KeyRefusal } from './account.ts';

const ISSUER = 'inboxkit';

export type TokenClaims = { keyId: string; teamId: string };

export const signToken = (
  secret: Uint8Array,
  claims: TokenClaims,
  issuedAt: Date,
  expiresAt: Date | null,
): Promise<string> => {
  const token = new SignJWT({ team_id: claims.teamId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setJti(claims.keyId)
    .setIssuedAt(issuedAt);
  if (expiresAt) token.setExpirationTime(expiresAt);
  return token.sign(secret);
};

/** Checks form, signature and expiry; whether the key still exists is the store's answer. */
export const verifyToken = async (
  secret: Uint8Array,
  token: string,
  now: Date,
): Promise<TokenClaims | { refusal: KeyRefusal; known?: TokenClaims }> => {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      currentDate: now,
    });
    return claimsIn(payload) ?? { refusal: 'jwt malformed' };
  } catch (error) {
    // Its signature was right: the time is checked last.
    if (error instanceof errors.JWTExpired) {
      return { refusal: 'jwt expired', known: claimsIn(error.payload) ?? undefined };
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) return { refusal: 'invalid signature' };
    return { refusal: 'jwt malformed' };
  }
};

const claimsIn = ({ jti, team_id }: JWTPayload): TokenClaims | null =>
  typeof jti === 'string' && typeof team_id === 'string' ? { keyId: jti, teamId: team_id } : null;

export const tokenSha256 = (token: string): Buffer => createHash('sha256').update(token).digest();
