import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';

// Most of the time of a short command goes into compiling it.
enableCompileCache();

/** What adds each command; its code is loaded only when it is asked for, or listed. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  start: async () => (await import('./start/start.ts')).addStartCommand,
  classify: async () => (await import('./classify/classify.ts')).addClassifyCommand,
  models: async () => (await import('./models/models.ts')).addModelsCommand,
  simulate: async () => (await import('./simulate/simulate.ts')).addSimulateCommand,
  advise: async () => (await import('./advise/advise.ts')).addAdviseCommand,
  tune: async () => (await import('./tune/tune.ts')).addTuneCommand,
  cost: async () => (await import('./cost/cost.ts')).addCostCommand,
};

/**
 * Runs the command line.
 *
 * @param args - without the program's own name
 * @returns the exit code: 0 (after help too), 2 for a wrong use of the command line, 1 for every
 * other failure, which has been printed by then
 */
export async function mdi(args: readonly string[]): Promise<number> {
  const program = new Command('mdi')
    .description('The most accurate model that still answers within the SLA.')
    .exitOverride()
    // What follows a command's name belongs to that command: `simulate` has options and commands of its own.
    .enablePositionalOptions()
    .showHelpAfterError('(mdi --help lists the commands and options)')
    // By way of the console, as everything else that is printed.
    .configureOutput({
      writeOut: (text) => console.log(text.trimEnd()),
      writeErr: (text) => console.error(text.trimEnd()),
    });
  try {
    const asked = commands[args[0] ?? ''];
    for (const load of asked ? [asked] : Object.values(commands)) (await load())(program);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`mdi: ${error instanceof Error ? error.message : error}`);
    if (process.env.MDI_DEBUG) console.error(error);
    return 1;
  }
}
