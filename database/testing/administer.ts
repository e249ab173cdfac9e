// Statements about whole databases, which need a connection of their own outside of any transaction.
import pg from 'pg';

export const administer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inboxkit tests' });
  client.on('error', () => {}); // the running statement fails too
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

export const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};
