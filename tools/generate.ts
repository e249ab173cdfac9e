// Writes every generated file: `npm run generate`. With `--check` it writes nothing and fails when a file is not
// what it would write; `--only database,configuration,contract` takes some of the generators.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GeneratedFiles, generate, generatedFolders, generatorNames } from './generate/sources.ts';
import { repositoryRoot } from './tree.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } });
const names = values.only?.split(',') ?? generatorNames;
const unknown = names.find((name) => !generatorNames.includes(name));
if (unknown !== undefined) {
  console.error(`no generator ${unknown}; there are ${generatorNames.join(', ')}`);
  process.exit(2);
}

const files = await generate(names);
const stale = [...files].filter(([path, content]) => contentOf(path) !== content).map(([path]) => path);
const dead = deadFiles(files);

if (values.check) {
  for (const path of stale) console.error(`${path}  is not what npm run generate writes`);
  for (const path of dead) console.error(`${path}  is not generated any more`);
  if (stale.length + dead.length > 0) {
    console.error('\nRun npm run generate and commit what it writes.');
    process.exitCode = 1;
  }
} else {
  for (const path of stale) {
    mkdirSync(dirname(join(repositoryRoot, path)), { recursive: true });
    writeFileSync(join(repositoryRoot, path), files.get(path) ?? '');
    console.log(`wrote   ${path}`);
  }
  for (const path of dead) {
    rmSync(join(repositoryRoot, path));
    console.log(`deleted ${path}`);
  }
  console.log(`${files.size} generated files, ${stale.length} written, ${dead.length} deleted`);
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(join(repositoryRoot, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Files in wholly generated folders that nothing generates now. */
function deadFiles(generated: GeneratedFiles): string[] {
  return generatedFolders
    .filter((folder) => [...generated.keys()].some((path) => path.startsWith(folder)))
    .flatMap((folder) => filesIn(folder).map((name) => `${folder}${name}`))
    .filter((path) => !generated.has(path));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(join(repositoryRoot, folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
