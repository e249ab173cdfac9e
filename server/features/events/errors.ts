// Errors of the events feature.
import { defineError } from '../../http/errors.ts';

export const tooManyStreams = defineError({
  code: 'too_many_streams',
  status: 429,
  whatHappened: 'The team has as many event streams open as one process serves to a team.',
  whatToDo:
    'Close streams that nobody reads, share one stream between readers, or read `GET /events` instead.',
});

export const eventErrors = [tooManyStreams];
