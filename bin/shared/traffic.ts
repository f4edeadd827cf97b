import { type Command, Option } from 'commander';
import { type TrafficOrder, trafficOrders } from '../../lib/evaluation/engine/network/networks.ts';
import type { TrafficLog } from '../../lib/evaluation/traffic/read-log.ts';
import { type Traffic, trafficOf } from '../../lib/evaluation/traffic/traffic.ts';
import { progressBar } from './output.ts';

/** The options of recorded traffic. */
export interface TrafficOptions {
  readonly traffic?: string[];
  readonly order: TrafficOrder;
}

/** Adds the options of recorded traffic. */
export function addTrafficOptions(command: Command, what: string, conflicts: string[]): Command {
  return command
    .addOption(
      new Option('--traffic <file>', `${what}; several may be given, - is standard input`)
        .argParser((file, files: string[] = []) => [...files, file])
        .conflicts(conflicts),
    )
    .addOption(
      new Option(
        '--order <how>',
        'how traffic is resampled: in the order of its time, or at random',
      )
        .choices(trafficOrders)
        .default(trafficOrders[0]),
    );
}

/**
 * Reads traffic with a progress bar, and says what could not be read.
 *
 * @throws {@link TrafficLogError} when a file cannot be read, or none of its lines is a request
 */
export async function readTraffic(
  files: readonly string[],
  { order, seed }: { readonly order: TrafficOrder; readonly seed: number },
): Promise<{ traffic: Traffic; log: TrafficLog }> {
  // Loaded only here: the schema of the lines takes time to load.
  const { readTrafficLogs, sizeOfLogs } = await import('../../lib/evaluation/traffic/read-log.ts');
  const bar = progressBar('bytes');
  const size = await sizeOfLogs(files);
  if (size !== undefined) bar.start(size, 0);
  const log = await readTrafficLogs(files, (bytes) => bar.increment(bytes)).finally(() =>
    bar.stop(),
  );
  const { requests, broken, firstBroken } = log;
  if (broken > 0) {
    const of = (requests.length + broken).toLocaleString('en');
    console.error(`Left out: ${broken.toLocaleString('en')} of ${of} requests (${firstBroken})`);
  }
  return { traffic: trafficOf(requests, { name: files.join(' '), order, seed }), log };
}

/** How traffic becomes the requests of a simulation, in words. */
export function resampling({ network, requests }: Traffic, count: number): string {
  if (network.order === 'random') return 'drawn at random with replacement';
  const rows = requests.length;
  if (count < rows)
    return `in the order of their time, one at random of every ${(rows / count).toFixed(1)}`;
  return count === rows
    ? 'in the order of their time, each once'
    : 'in the order of their time, again from the start after the last';
}
