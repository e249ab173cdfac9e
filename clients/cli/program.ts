// The commands: one for each operation, under its name, and a few that the contract does not have.
import { Command, CommanderError, Option } from 'commander';
import { InboxKitError } from '../sdk/index.ts';
import { callOperation, type Shown, sdkFor } from './call.ts';
import type { CommandRow } from './command-row.ts';
import { completionScript, completionsFor, SHELLS } from './complete.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { flagOf, inputOf, jsonOf, optionFor } from './flags.ts';
import { followOrder } from './follow.ts';
import { commandRows } from './generated/commands.ts';
import { runLocal } from './local.ts';
import { changeProfile, listProfiles, login } from './login.ts';
import { accessOf, profilesPath, readProfiles } from './profiles.ts';
import type { Terminal } from './terminal.ts';

type Globals = Shown & { server?: string; key?: string; workspace?: string; profile?: string };

/** Answers what the process ends with; never rejects. */
export const runCommand = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  let ends: number = EXIT.ok;
  const program = createProgram(terminal, (code) => {
    ends = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return ends;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (terminal.signal.aborted) return 130;
    tell(terminal, error, argv.includes('--json'));
    return error instanceof InboxKitError ? exitCodeOf(error) : EXIT.usage;
  }
};

const tell = (terminal: Terminal, error: unknown, json: boolean): void => {
  if (!(error instanceof InboxKitError)) {
    terminal.note((error as Error).message);
    return;
  }
  const { code, status, message, problems, details, requestId, idempotencyKey, outcomeUnknown } = error;
  if (json) {
    const told = { error: true, code, status, message, ...details, request_id: requestId };
    terminal.out(
      JSON.stringify({ ...told, outcome_unknown: outcomeUnknown, idempotency_key: idempotencyKey }, null, 2),
    );
    return;
  }
  terminal.note(`${message} (${code})`);
  for (const { path, message: what } of problems) terminal.note(`  --${flagOf(path)}: ${what}`);
  if (outcomeUnknown) {
    terminal.note(
      `It may have happened all the same. The same command with --idempotency-key ${idempotencyKey} is safe.`,
    );
  }
};

export const createProgram = (terminal: Terminal, end: (code: number) => void): Command => {
  const program = new Command('inboxkit')
    .description('The InboxKit API on the command line. Every operation is `inboxkit <noun> <verb>`.')
    .option('--server <url>', 'the installation, instead of the profile’s')
    .option('--key <key>', 'the API key, instead of the profile’s')
    .option('--workspace <uid>', 'the workspace, instead of the profile’s')
    .option('--profile <name>', 'who and where; `inboxkit login` makes one')
    .option('--json', 'for programs: the whole answer as JSON; with --all a line for each row')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .showHelpAfterError('(--help says more)');

  const sdkOf = async (globals: Globals) =>
    sdkFor(accessOf(globals, terminal.env, await readProfiles(profilesPath(terminal.env))));

  const groups = new Map<string, Command>();
  for (const row of commandRows) {
    const [noun = '', verb = ''] = row.operation.split('.');
    const group =
      groups.get(noun) ?? program.command(noun).description(`operations on ${noun.replaceAll('-', ' ')}`);
    groups.set(noun, group);
    addOperation(group.command(verb), row, async (input, globals) =>
      end(await callOperation(terminal, await sdkOf(globals), row, input, globals)),
    );
  }
  groups
    .get('orders')!
    .command('follow')
    .description('Tell what happens to an order until it is ended')
    .argument('<order-id>')
    .action(async (orderId: string, _options, command: Command) => {
      const globals = command.optsWithGlobals<Globals>();
      end(await followOrder(terminal, await sdkOf(globals), orderId, globals));
    });
  groups
    .get('audit')!
    .command('verify-file')
    .description('Check a file of exported audit entries, without the installation it came from')
    .argument('<file>')
    .option('--known <position:hash>', 'a place of the chain that was noted before')
    .action(async (file: string, { known }: { known?: string }) => {
      end(await runLocal('audit', ['verify', file, ...(known ? ['--known', known] : [])]));
    });
  addOwnCommands(program, terminal, end);
  return program;
};

const addOperation = (
  command: Command,
  row: CommandRow,
  act: (input: Record<string, unknown>, globals: Globals) => Promise<void>,
): void => {
  command.summary(row.summary).description([row.summary, row.description].filter(Boolean).join('. '));
  for (const field of row.fields) command.addOption(optionFor(field));
  command.addOption(
    new Option('--input <json>', 'all of it as JSON, @file, or - for what comes in').argParser(jsonOf),
  );
  command.addOption(
    new Option('--columns <names>', 'which columns to show')
      .argParser((text) => text.split(','))
      .hideHelp(!row.rows),
  );
  if (row.pages) command.option('--all', 'every page, not only one');
  if (row.file) command.option('--output <file>', 'where to write it; else it is printed');
  if (row.priced) command.option('--yes', 'buy without being asked');
  command.option('--idempotency-key <key>', 'repeat a write safely under the key it was sent with');
  command.action(async (options: Record<string, unknown>, self: Command) =>
    act(inputOf(row, options), self.optsWithGlobals<Globals>()),
  );
};

const addOwnCommands = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
  program
    .command('login')
    .description('Check an API key and keep it as a profile')
    .option('--from <file>', 'first-key.json of an installation on this machine')
    .action(async (_options, command: Command) => end(await login(terminal, command.optsWithGlobals())));
  const profile = program.command('profiles').description('who and where one is signed in');
  profile
    .command('list')
    .description('List profiles')
    .action(async () => end(await listProfiles(terminal)));
  for (const verb of ['use', 'remove'] as const) {
    profile
      .command(`${verb} <name>`)
      .description(verb === 'use' ? 'Take a profile from now on' : 'Forget a profile and its key')
      .action(async (name: string) => end(await changeProfile(terminal, name, verb)));
  }
  for (const name of ['serve', 'demo'] as const) {
    program
      .command(name)
      .description(
        name === 'serve' ? 'Start the installation' : 'Order domains and mailboxes, and prove each thing',
      )
      .action(async () => end(await runLocal(name)));
  }
  program
    .command('completion')
    .description('Print what makes a shell complete commands: `source <(inboxkit completion bash)`')
    .addArgument(program.createArgument('<shell>').choices(SHELLS))
    .action((shell: (typeof SHELLS)[number]) => terminal.out(completionScript(shell)));
  program
    .command('complete', { hidden: true })
    .argument('[line]')
    .action((line = '') => terminal.out(completionsFor(program, line).join('\n')));
};
