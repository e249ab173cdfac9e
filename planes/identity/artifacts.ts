// Where oidc-provider keeps sessions, grants, codes and tokens: `identity.artifact`.
import { createHash } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';

/** How a token is known in the database, here and in `published.mail_token`. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

const sealedFor = (model: string, idHash: Buffer): string =>
  `identity.artifact:${model}:${idHash.toString('base64url')}`;

/** Of what is kept for ever by the library's account; nothing here is. */
const LONGEST_S = 400 * 24 * 60 * 60;

export const createArtifacts = (db: Db, secretBox: SecretBox, model: string): Adapter => {
  const open = (row: { id_hash: Buffer; payload_sealed: string; consumed_at: Date | null }) => {
    const payload: AdapterPayload = JSON.parse(
      secretBox.open(row.payload_sealed, sealedFor(model, row.id_hash)),
    );
    return row.consumed_at === null
      ? payload
      : { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
  };
  const rows = () =>
    db
      .selectFrom('identity.artifact')
      .select(['id_hash', 'payload_sealed', 'consumed_at'])
      .where('model', '=', model);

  return {
    async upsert(id, payload, expiresIn = LONGEST_S) {
      const idHash = hashOfToken(id);
      const values = {
        uid: payload.uid ?? null,
        grant_id: model === 'Grant' ? id : (payload.grantId ?? null),
        client_id: payload.clientId ?? null,
        mailbox_id: payload.accountId ?? null,
        scopes: payload.scope?.split(' ') ?? [],
        payload_sealed: secretBox.seal(JSON.stringify(payload), sealedFor(model, idHash)),
        // The library counts in the time of the system, whatever the rest of the program does.
        expires_at: new Date(Date.now() + expiresIn * 1000),
      };
      await db
        .insertInto('identity.artifact')
        .values({ model, id_hash: idHash, ...values })
        .onConflict((conflict) => conflict.columns(['model', 'id_hash']).doUpdateSet(values))
        .execute();
    },

    async find(id) {
      const row = await rows().where('id_hash', '=', hashOfToken(id)).executeTakeFirst();
      return row && open(row);
    },

    async findByUid(uid) {
      const row = await rows().where('uid', '=', uid).executeTakeFirst();
      return row && open(row);
    },

    // Device codes are not offered.
    async findByUserCode() {},

    async consume(id) {
      await db
        .updateTable('identity.artifact')
        .set({ consumed_at: new Date() })
        .where('model', '=', model)
        .where('id_hash', '=', hashOfToken(id))
        .execute();
    },

    async destroy(id) {
      await db
        .deleteFrom('identity.artifact')
        .where('model', '=', model)
        .where('id_hash', '=', hashOfToken(id))
        .execute();
    },

    async revokeByGrantId(grantId) {
      await db
        .deleteFrom('identity.artifact')
        .where('model', '=', model)
        .where('grant_id', '=', grantId)
        .execute();
    },
  };
};
