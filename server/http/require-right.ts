// A further right that an operation needs for part of what it can do.
import type { Caller } from './endpoint.ts';
import { insufficientScope } from './errors.ts';
import type { Right } from './rights.ts';

/** @throws {ApiError} `insufficient_scope` */
export const requireRight = ({ rights }: Caller, right: Right): void => {
  if (rights.includes(right)) return;
  throw insufficientScope(`This needs a key with the scope ${right}`, { needs: right, scopes: rights });
};
