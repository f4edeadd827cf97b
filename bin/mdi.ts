#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';

// Most of the time of a short command goes into compiling it.
enableCompileCache();

const program = new Command('mdi')
  .description('The most accurate model that still answers within the SLA.')
  .exitOverride()
  // What follows the name of a command is that command's: `simulate` has options, and commands of its own.
  .enablePositionalOptions()
  .showHelpAfterError('(mdi --help lists the commands and options)');

/** What adds each command; its code is loaded only when it is asked for, or listed. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  start: async () => (await import('./start/start.ts')).addStartCommand,
  classify: async () => (await import('./classify/classify.ts')).addClassifyCommand,
  models: async () => (await import('./models/models.ts')).addModelsCommand,
  simulate: async () => (await import('./simulate/simulate.ts')).addSimulateCommand,
  advise: async () => (await import('./advise/advise.ts')).addAdviseCommand,
  cost: async () => (await import('./cost/cost.ts')).addCostCommand,
};

try {
  const asked = commands[process.argv[2] ?? ''];
  for (const load of asked ? [asked] : Object.values(commands)) (await load())(program);
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** 0 after help, 2 for a wrong use of the command line, 1 for everything else. */
function exitCodeOf(error: unknown): number {
  // Commander has already said what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(`mdi: ${error instanceof Error ? error.message : error}`);
  if (process.env.MDI_DEBUG) console.error(error);
  return 1;
}
