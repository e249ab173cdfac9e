// Identifiers of everything the product stores.
import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562 §5.7): unique, and ordered by creation time so that indexes grow at one end. */
export const newId = (): string => v7();
