// Proves that all processes make and know the same rewritten senders, and that other mail does not depend on it.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox, generateKey, parseKeyRing } from '../../../database/secret-box.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { createSrs } from './srs.ts';

const NOW = new Date('2026-11-23T00:00:00Z');
const database = useTestDatabase();
const secretBox = createSecretBox(parseKeyRing(generateKey()));

beforeEach(() => database.db.deleteFrom('mail.srs_secret').execute());

describe('the secret of rewritten senders', () => {
  it('is one for all processes, also when they need the first at the same moment', async () => {
    const processes = Array.from({ length: 5 }, () => createSrs(database.db, secretBox));
    const addresses = await Promise.all(
      processes.map((srs) => srs.rewrite('ann@author.example', 'here.example', NOW)),
    );
    expect(new Set(addresses).size).toBe(1);
    for (const srs of [...processes, createSrs(database.db, secretBox)]) {
      expect(await srs.reverse(addresses[0] ?? '', NOW)).toEqual({
        result: 'reversed',
        address: 'ann@author.example',
      });
    }
  });

  it('is not in the database in the clear', async () => {
    await createSrs(database.db, secretBox).rewrite('ann@author.example', 'here.example', NOW);
    const [row] = await database.db.selectFrom('mail.srs_secret').selectAll().execute();
    expect(secretBox.open(row?.secret_sealed ?? '', 'mail.srs_secret')).toMatch(/^[\w-]{43}$/);
    expect(() => secretBox.open(row?.secret_sealed ?? '', 'another context')).toThrow();
  });

  it('that cannot be opened is no matter for ordinary addresses, and is asked for again by the others', async () => {
    await createSrs(database.db, secretBox).rewrite('ann@author.example', 'here.example', NOW);
    const stranger = createSrs(database.db, createSecretBox(parseKeyRing(generateKey())));
    expect(await stranger.reverse('ann@here.example', NOW)).toEqual({ result: 'none' });
    const address = 'SRS0=abcd=TT=author.example=ann@here.example';
    await expect(stranger.reverse(address, NOW)).rejects.toThrow();
    await database.db.deleteFrom('mail.srs_secret').execute();
    expect(await stranger.reverse(address, NOW)).toEqual({ result: 'forged' });
  });
});
