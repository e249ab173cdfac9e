// Completion of what is being typed, in bash, zsh and fish: the shell asks `inboxkit complete <line>`.
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const bash = `_inboxkit() {
  local IFS=$'\\n'
  COMPREPLY=($(inboxkit complete "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
}
complete -o default -F _inboxkit inboxkit`;

const scripts: Record<Shell, string> = {
  bash,
  zsh: `autoload -U +X bashcompinit && bashcompinit\n${bash}`,
  fish: `complete -c inboxkit -a '(inboxkit complete (commandline -cp))'`,
};

export const completionScript = (shell: Shell): string => scripts[shell];

/** The words that can stand where the line ends. */
export const completionsFor = (program: Command, line: string): string[] => {
  const words = line.trimStart().split(/\s+/).slice(1);
  const last = words.pop() ?? '';
  let command = program;
  for (const word of words) {
    command = command.commands.find((each) => each.name() === word) ?? command;
  }
  const flags = [...command.options, ...program.options].flatMap(({ long, hidden }) =>
    long && !hidden ? [long] : [],
  );
  const names = command.commands.map((each) => each.name()).filter((name) => name !== 'complete');
  const all = last.startsWith('-') || names.length === 0 ? flags : names;
  return [...new Set(all)].filter((word) => word.startsWith(last)).toSorted();
};
