import type { Command } from 'commander';
import { addAdviseDeviceCommand } from './device.ts';
import { addAdviseDuplicationCommand } from './duplication.ts';
import { addAdviseSubsetCommand } from './subset.ts';

/** `mdi advise`: the questions that the paper leaves open (Section VI), for given models and network. */
export function addAdviseCommand(program: Command): void {
  const advise = program
    .command('advise')
    .description('which models to host, when to run one on the device, and which');
  addAdviseSubsetCommand(advise);
  addAdviseDuplicationCommand(advise);
  addAdviseDeviceCommand(advise);
}
