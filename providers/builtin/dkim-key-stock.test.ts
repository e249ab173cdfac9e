// The stock of DKIM keys under several processes that fill and empty it at once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../database/clock.ts';
import { openDatabase } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { createDkimKeyStock, type DkimKeyStock } from './dkim-key-stock.ts';
import { publicKeyDerOf } from './dkim-keys.ts';
import { testSecrets } from './testing.ts';

const database = useTestDatabase();

describe('the stock of DKIM keys', () => {
  const stocks: DkimKeyStock[] = [];
  const open = (size: number, db = database.db): DkimKeyStock => {
    const stock = createDkimKeyStock({ db, secrets: testSecrets, clock: systemClock, size });
    stocks.push(stock);
    return stock;
  };
  const held = () => database.db.selectFrom('dkim_key_stock').selectAll().execute();

  beforeEach(async () => {
    await database.db.deleteFrom('dkim_key_stock').execute();
  });
  afterEach(async () => {
    await Promise.all(stocks.splice(0).map((stock) => stock.close()));
  });

  test('holds as many keys as it is told, each sealed', async () => {
    await open(2).topUp();
    const rows = await held();
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row.private_key_sealed).not.toContain('PRIVATE KEY');
      const pem = testSecrets.open(row.private_key_sealed, `dkim_key_stock:${row.id}`);
      expect(publicKeyDerOf(pem)).toMatch(/^MIIBIj/);
    }
  });

  test('is filled once when two processes find it empty at once', async () => {
    const otherProcess = openDatabase(database.url, { poolSize: 2 });
    try {
      await Promise.all([open(2).topUp(), open(2, otherProcess).topUp()]);
      expect(await held()).toHaveLength(2);
    } finally {
      await otherProcess.destroy();
    }
  });

  test('never hands out a key twice, whoever takes at once', async () => {
    const stock = open(3);
    await stock.topUp();
    const otherProcess = openDatabase(database.url, { poolSize: 3 });
    try {
      const takers = Array.from({ length: 6 }, (_, index) => (index % 2 ? otherProcess : database.db));
      const taken = await Promise.all(takers.map((db) => db.transaction().execute((tx) => stock.take(tx))));
      const keys = taken.filter((key) => key !== null);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length + (await held()).length).toBe(3);
    } finally {
      await otherProcess.destroy();
    }
  });

  test('gets a key back when whoever took it did not commit', async () => {
    const stock = open(1);
    await stock.topUp();
    const rolledBack = database.db.transaction().execute(async (tx) => {
      await stock.take(tx);
      throw new Error('not after all');
    });
    await expect(rolledBack).rejects.toThrow('not after all');
    expect(await held()).toHaveLength(1);
  });

  test('says that it is empty instead of waiting', async () => {
    const stock = open(0);
    expect(await database.db.transaction().execute((tx) => stock.take(tx))).toBeNull();
  });

  test('makes no more keys after it was closed, and leaves no work behind', async () => {
    const stock = open(50);
    const filling = stock.topUp();
    await stock.close();
    await filling;
    expect((await held()).length).toBeLessThan(50);
  });
});
