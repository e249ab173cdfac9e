// Signed notices of the built-in bank: written with the change they tell about, sent until they are received, and
// verified when they arrive. The signature covers the time it was made and every byte of the body, so a notice can
// neither be forged, nor changed, nor kept and sent again later.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import { type Db, inTransaction } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { unauthorized } from '../contracts/failure.ts';
import type { PaymentNotice, RawNotice } from '../contracts/payments.ts';
import { endOverdueCheckouts } from './payment-changes.ts';

const SIGNATURE_HEADER = 'bank-signature';
/** How far the sender's clock may be off, and how long a captured notice could be replayed. */
const TOLERANCE_S = 300;
const SEALED_FOR = 'bank:signing-key';

type Signing = { db: Db; secrets: SecretBox; clock: Clock };

/** The key of this installation; the first who asks makes it. */
const signingKey = async ({ db, secrets }: Pick<Signing, 'db' | 'secrets'>): Promise<string> => {
  const stored = () => db.selectFrom('bank.signing_key').select('sealed').executeTakeFirst();
  const row = await stored();
  if (row) return secrets.open(row.sealed, SEALED_FOR);
  const sealed = secrets.seal(randomBytes(32).toString('base64url'), SEALED_FOR);
  await db
    .insertInto('bank.signing_key')
    .values({ sealed })
    .onConflict((on) => on.column('singleton').doNothing())
    .execute();
  return secrets.open((await stored())!.sealed, SEALED_FOR);
};

const signatureOf = (key: string, atS: number, body: string): string =>
  createHmac('sha256', key).update(`${atS}.${body}`).digest('hex');

/** The header of a notice sent now. */
export const signNotice = async (signing: Signing, body: string): Promise<Record<string, string>> => {
  const atS = Math.floor(signing.clock.now().getTime() / 1000);
  return { [SIGNATURE_HEADER]: `t=${atS},v1=${signatureOf(await signingKey(signing), atS, body)}` };
};

export const readNotice = async (signing: Signing, { body, header }: RawNotice): Promise<PaymentNotice> => {
  const [, time, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header(SIGNATURE_HEADER) ?? '') ?? [];
  if (!time || !given) throw unauthorized('The notice carries no signature.');
  const expected = signatureOf(await signingKey(signing), Number(time), body);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) {
    throw unauthorized('The signature of the notice is wrong.');
  }
  if (Math.abs(signing.clock.now().getTime() / 1000 - Number(time)) > TOLERANCE_S) {
    throw unauthorized('The notice is too old.');
  }
  const { id, type, reference } = JSON.parse(body) as { id: string; type: string; reference: string };
  return { eventId: id, type, reference };
};

/** The longest pause between two attempts. */
const LONGEST_WAIT_MS = 3_600_000;
const ATTEMPT_TIMEOUT_MS = 10_000;
const MOST_AT_ONCE = 20;

/** Sends what is due to `url`; a notice that is not answered with 2xx is due again later. Any process may call it. */
export const sendDueNotices = async (signing: Signing, url: string): Promise<void> => {
  for (const notice of await claimDue(signing)) {
    const body = JSON.stringify({ id: notice.id, type: notice.type, reference: notice.reference });
    const received = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await signNotice(signing, body)) },
      body,
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!received) continue;
    await signing.db
      .updateTable('bank.notice')
      .set({ received_at: signing.clock.now() })
      .where('id', '=', notice.id)
      .execute();
  }
};

/** Takes notices for one attempt: counts it first, so that one that ends a process is not tried at once again. */
const claimDue = ({ db, clock }: Signing): Promise<{ id: string; type: string; reference: string }[]> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const { rows } = await sql<{ id: string; type: string; reference: string }>`
      update bank.notice notice
      set attempts = notice.attempts + 1,
        due_at = ${now}::timestamptz
          + least(power(2, notice.attempts) * 1000, ${LONGEST_WAIT_MS}) * interval '1 millisecond'
      from bank.payment payment
      where payment.id = notice.payment_id and notice.id in (
        select id from bank.notice where received_at is null and due_at <= ${now}
        order by due_at, id limit ${MOST_AT_ONCE} for update skip locked
      )
      returning notice.id, notice.type, payment.reference`.execute(tx);
    return rows;
  });

const EVERY_MS = 1_000;

/** Sends notices in the background until it is closed. */
export const startNoticeSender = (signing: Signing & { url(): string }): { close(): Promise<void> } => {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      // What cannot be sent now is due again; a database that is away comes back.
      await endOverdueCheckouts(signing.db, signing.clock.now()).catch(() => {});
      await sendDueNotices(signing, signing.url()).catch(() => {});
      await signing.clock.sleep(EVERY_MS, stop.signal).catch(() => {});
    }
  };
  const running = loop();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
};
