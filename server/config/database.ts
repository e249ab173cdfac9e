// Which PostgreSQL holds the data.
import { count, postgresUrl } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const databaseSection = defineSection({
  title: 'Database',
  intro: 'Without `DATABASE_URL` the program runs its own PostgreSQL in the data directory.',
  variables: {
    url: optionalVariable({
      name: 'DATABASE_URL',
      type: postgresUrl,
      defaultText: 'unset: the embedded PostgreSQL',
      doc: 'PostgreSQL (15 or later) to use instead of the embedded one. The user must be allowed to create schemas and the extensions `pg_trgm` and `btree_gin` in that database. Needed to run on several machines.',
      example: 'postgres://inboxkit:secret@db.example.net:5432/inboxkit',
      secret: true,
    }),
    poolSize: variable({
      name: 'INBOXKIT_DATABASE_POOL_SIZE',
      type: count({ min: 2, max: 500, unit: 'connections' }),
      default: '10',
      doc: 'The most connections that the pool of this process opens. Workflows and notification listeners have a few connections of their own beside it.',
      example: '30',
    }),
  },
});
