// What the endpoints about factors share.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { givenPassword, type Person, personByUid } from '../people/index.ts';

/** The password once more: whoever finds an open browser cannot change how its owner signs in. */
export const passwordAgain = givenPassword.meta({ description: 'The password of whoever is signed in.' });

export const codeField = z.string().trim().min(6).max(40).meta({ example: '123456' });

export const recoveryCodes = z
  .array(z.string())
  .meta({ description: 'Each stands in for a code once; shown in this answer and never again.' });

/** Whoever is signed in. */
export const self = async (db: Db, uid: string): Promise<Person> => {
  const person = await personByUid(db, uid);
  if (!person) throw new Error(`person ${uid} is signed in and does not exist`);
  return person;
};
