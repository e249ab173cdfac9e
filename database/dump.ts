// The schema as text, from the catalogs of a migrated database: what all migrations add up to, for people to
// read and to review. In a fixed order and free of object ids, so that equal schemas give equal text.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from './database.ts';

const header =
  '-- Generated from the migrations by `node database/generate.ts`. Not for editing, not for running.';

/** One object: the schema it is in, its name for sorting, and the statement that makes it. */
type Part = { schema: string; name: string; definition: string };

/**
 * Every schema that is not the server's own, with its types, sequences, functions, tables (with constraints,
 * indexes and triggers) and views. Left out: what belongs to an extension, and the schema `dbos`, which its
 * library makes for itself.
 */
export const dumpSchema = async (db: Db): Promise<string> => {
  const read = async (query: RawBuilder<Part>): Promise<Part[]> => (await query.execute(db)).rows;
  const schemas = (await schemaNames.execute(db)).rows.map((row) => row.name);
  const kinds = [
    await read(types),
    await read(sequences),
    await read(functions),
    await withParts(await read(tables), await read(columns), await read(attached)),
    await read(views),
  ];
  const sections = [header, (await read(extensions)).map((part) => part.definition).join('\n')];
  for (const schema of schemas) {
    if (schema !== 'public') sections.push(`create schema ${schema};`);
    for (const parts of kinds) {
      sections.push(...parts.filter((part) => part.schema === schema).map((part) => part.definition));
    }
  }
  return `${sections.join('\n\n')}\n`;
};

/** `name` of columns and of attached statements is that of their table. */
const withParts = async (tables: Part[], columns: Part[], attached: Part[]): Promise<Part[]> => {
  const of = (parts: Part[], table: Part) =>
    parts
      .filter((part) => part.schema === table.schema && part.name === table.name)
      .map((part) => part.definition);
  return tables.map((table) => ({
    ...table,
    definition: [
      `create table ${table.definition} (\n${of(columns, table).join(',\n')}\n);`,
      ...of(attached, table),
    ].join('\n'),
  }));
};

const shown = sql<boolean>`n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'dbos')`;

/** Whether the object is not part of an extension. */
const own = (catalog: string, alias: string) => sql<boolean>`not exists (
  select from pg_depend d
  where d.classid = ${sql.lit(catalog)}::regclass and d.objid = ${sql.ref(`${alias}.oid`)} and d.deptype = 'e')`;

// Names of the catalogs are of type `name`, which sorts by bytes whatever the database's locale.
const schemaNames = sql<{ name: string }>`
  select n.nspname as name from pg_namespace n where ${shown} order by n.nspname <> 'public', n.nspname`;

const extensions = sql<Part>`
  select '' as schema, extname as name, format('create extension %I;', extname) as definition
  from pg_extension where extname <> 'plpgsql' order by extname`;

const types = sql<Part>`
  select n.nspname as schema, t.typname as name,
    case t.typtype
      when 'e' then format('create type %I.%I as enum (%s);', n.nspname, t.typname,
        (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
      when 'd' then concat_ws(' ', format('create domain %I.%I as', n.nspname, t.typname),
        format_type(t.typbasetype, t.typtypmod), 'default ' || t.typdefault,
        case when t.typnotnull then 'not null' end,
        (select string_agg(pg_get_constraintdef(c.oid), ' ' order by c.conname)
           from pg_constraint c where c.contypid = t.oid and c.contype = 'c')) || ';'
      else format('create type %I.%I as (%s);', n.nspname, t.typname,
        (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
           from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped))
    end as definition
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where ${shown} and ${own('pg_type', 't')}
    and (t.typtype in ('e', 'd')
      or t.typtype = 'c' and (select relkind = 'c' from pg_class where oid = t.typrelid))
  order by n.nspname, t.typname`;

// Sequences of serial and identity columns are part of the column.
const sequences = sql<Part>`
  select n.nspname as schema, c.relname as name,
    format('create sequence %I.%I as %s start %s increment %s;', n.nspname, c.relname,
      format_type(s.seqtypid, null), s.seqstart, s.seqincrement) as definition
  from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
  where ${shown} and ${own('pg_class', 'c')}
    and not exists (select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i'))
  order by n.nspname, c.relname`;

const functions = sql<Part>`
  select n.nspname as schema, p.proname as name, rtrim(pg_get_functiondef(p.oid), E'\n') || ';' as definition
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${shown} and p.prokind in ('f', 'p') and ${own('pg_proc', 'p')}
  order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`;

const tables = sql<Part>`
  select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${shown} and c.relkind in ('r', 'p') and ${own('pg_class', 'c')}
  order by n.nspname, c.relname`;

// Columns in the order of the table, then its constraints by name. PostgreSQL 18 keeps NOT NULL as a constraint
// too (contype n), older ones only as a flag of the column; the flag is shown.
const columns = sql<Part>`
  select schema, name, '  ' || definition as definition from (
    select n.nspname as schema, c.relname as name, 1 as kind, a.attnum as place, '' as label,
      concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        (select 'collate ' || quote_ident(l.collname) from pg_collation l
           where l.oid = a.attcollation and l.collname <> 'default'),
        case a.attidentity when 'a' then 'generated always as identity'
          when 'd' then 'generated by default as identity' end,
        case when a.attgenerated = 's' then 'generated always as (' || pg_get_expr(e.adbin, e.adrelid) || ') stored'
          when e.oid is not null then 'default ' || pg_get_expr(e.adbin, e.adrelid) end,
        case when a.attnotnull then 'not null' end) as definition
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef e on e.adrelid = c.oid and e.adnum = a.attnum
    where ${shown} and a.attnum > 0 and not a.attisdropped
    union all
    select n.nspname, c.relname, 2, 0, k.conname,
      format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${shown} and k.contype in ('p', 'u', 'f', 'c', 'x')
  ) part order by schema, name, kind, place, label`;

// Indexes that no constraint made, then triggers.
const attached = sql<Part>`
  select schema, name, definition || ';' as definition from (
    select n.nspname as schema, c.relname as name, 1 as kind, x.relname as label,
      pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    where ${shown} and not exists (select from pg_constraint k
      where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select n.nspname, c.relname, 2, t.tgname, pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${shown} and not t.tgisinternal
  ) part order by schema, name, kind, label`;

const views = sql<Part>`
  select n.nspname as schema, c.relname as name,
    format(E'create %s %I.%I as\n%s', case c.relkind when 'm' then 'materialized view' else 'view' end,
      n.nspname, c.relname, pg_get_viewdef(c.oid)) as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${shown} and c.relkind in ('v', 'm') and ${own('pg_class', 'c')}
  order by n.nspname, c.relname`;
