// Whose mailbox it is: password, one-time code, and what other programs are told about its owner.
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { normalizeAddress } from '../../protocols/mail/address.ts';

export type Account = { mailboxId: string; address: string; name: string };

export type CodeVerdict = 'right' | 'wrong' | 'used';

export type Accounts = {
  /** Null for a wrong password, an unknown address and a closed mailbox alike, after the same time. */
  checkPassword(address: string, password: string): Promise<Account | null>;
  checkCode(mailboxId: string, code: string): Promise<CodeVerdict>;
  /** Null when the mailbox is closed or gone. */
  find(mailboxId: string): Promise<Account | null>;
};

// Longer ones cannot be right and would only cost time to hash.
const MAX_PASSWORD_OCTETS = 1024;
const PASSWORD_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const STEP_S = 30;

export const createAccounts = async (db: Db, secretBox: SecretBox, clock: Clock): Promise<Accounts> => {
  // Verified against when there is nothing to verify, so that the time taken does not tell which addresses exist.
  const nobodys = await hash(randomBytes(32), PASSWORD_COST);
  const mailboxes = () =>
    db
      .selectFrom('published.mailbox')
      .select(['id', 'address', 'display_name', 'password_hash'])
      .where('status', '=', 'active');
  const accountOf = (row: { id: string; address: string; display_name: string }): Account => ({
    mailboxId: row.id,
    address: row.address,
    name: row.display_name,
  });

  return {
    async checkPassword(given, password) {
      const address = normalizeAddress(given) ?? '';
      const alias = db
        .selectFrom('published.mailbox_alias')
        .select('mailbox_id')
        .where('address', '=', address);
      const row = await mailboxes()
        .where((eb) => eb.or([eb('address', '=', address), eb('id', 'in', alias)]))
        .executeTakeFirst();
      const tooLong = Buffer.byteLength(password) > MAX_PASSWORD_OCTETS;
      const right = !tooLong && (await verify(row?.password_hash ?? nobodys, password));
      return row && right ? accountOf(row) : null;
    },

    async checkCode(mailboxId, code) {
      const row = await db
        .selectFrom('published.mailbox_totp')
        .select('totp_secret_sealed')
        .where('mailbox_id', '=', mailboxId)
        .executeTakeFirst();
      if (!row?.totp_secret_sealed) return 'wrong';
      const secret = secretBox.open(row.totp_secret_sealed, `mailbox:${mailboxId}:totpSecret`);
      const timestamp = clock.now().getTime();
      const totp = new TOTP({ secret: Secret.fromBase32(secret), period: STEP_S });
      // One step early or late: clocks differ, and people type slowly (RFC 6238 §5.2).
      const delta = totp.validate({ token: code.replaceAll(' ', ''), timestamp, window: 1 });
      if (delta === null) return 'wrong';
      const last_step = Math.floor(timestamp / 1000 / STEP_S) + delta;
      const taken = await db
        .insertInto('identity.totp_use')
        .values({ mailbox_id: mailboxId, last_step })
        .onConflict((conflict) =>
          conflict
            .column('mailbox_id')
            .doUpdateSet({ last_step })
            .where('identity.totp_use.last_step', '<', last_step),
        )
        .returning('mailbox_id')
        .executeTakeFirst();
      return taken ? 'right' : 'used';
    },

    async find(mailboxId) {
      const row = await mailboxes().where('id', '=', mailboxId).executeTakeFirst();
      return row ? accountOf(row) : null;
    },
  };
};
