import type { Command } from 'commander';
import { addAdviseDeviceCommand } from './device.ts';
import { addAdviseDuplicationCommand } from './duplication.ts';
import { addAdviseSizesCommand } from './sizes.ts';
import { addAdviseSubsetCommand } from './subset.ts';
import { addAdviseTrafficOptions } from './traffic.ts';
import { addAdviseUploadCommand } from './upload.ts';

/** `mdi advise`: the questions that the paper leaves open (Section VI) and one that it does not ask, for given models and network. */
export function addAdviseCommand(program: Command): void {
  const advise = program
    .command('advise')
    .description('which models to host, when to run one on the device and which, and what to send')
    .enablePositionalOptions();
  addAdviseSubsetCommand(advise);
  addAdviseDuplicationCommand(advise);
  addAdviseDeviceCommand(advise);
  addAdviseUploadCommand(advise);
  addAdviseSizesCommand(advise);
  addAdviseTrafficOptions(advise);
}
