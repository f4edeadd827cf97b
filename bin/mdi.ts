#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addClassifyCommand } from './commands/classify.ts';
import { addCostCommand } from './commands/cost.ts';
import { addModelsCommand } from './commands/models.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addStartCommand } from './commands/start.ts';

const program = new Command('mdi')
  .description('The most accurate model that still answers within the SLA.')
  .exitOverride()
  .showHelpAfterError('(mdi --help lists the commands and options)');
addStartCommand(program);
addClassifyCommand(program);
addModelsCommand(program);
addSimulateCommand(program);
addCostCommand(program);

try {
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
