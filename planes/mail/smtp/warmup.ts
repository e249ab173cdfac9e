/** Knows the warm-up letters of this installation, by the secret that the control plane marks them with. */
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { isMarked, seemsMarked } from '../../../protocols/mail/warmup-mark.ts';

const SECRET_CONTEXT = 'published.warmup_secret';

/** Whether a message is a warm-up letter to this address. */
export type IsWarmup = (message: Buffer, address: string) => Promise<boolean>;

export function createWarmupCheck(db: Db, secretBox: SecretBox): IsWarmup {
  let known: string | undefined;
  return async (message, address) => {
    if (!seemsMarked(message)) return false;
    known ??= await readSecret(db, secretBox);
    return known !== undefined && isMarked(message, address, known);
  };
}

/** Nothing as long as this installation has written no letter. */
async function readSecret(db: Db, secretBox: SecretBox): Promise<string | undefined> {
  const row = await db.selectFrom('published.warmup_secret').select('secret_sealed').executeTakeFirst();
  return row && secretBox.open(row.secret_sealed, SECRET_CONTEXT);
}
