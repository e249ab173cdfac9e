#!/usr/bin/env node
// The command `inboxkit`.
import { runCommand } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runCommand(process.argv.slice(2), processTerminal(process.env));
