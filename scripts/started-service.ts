import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A service that runs from a folder of its own, which goes with it. */
export interface StartedService extends AsyncDisposable {
  /** Its address, without a slash at its end. */
  readonly url: string;
}

/**
 * Starts the service as `npm start` does, on any free port, and shows what it prints.
 *
 * @param options - of `mdi start`, on top of port and data folder
 * @throws Error when it does not become ready
 */
export async function startService(...options: string[]): Promise<StartedService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mdinference-check-'));
  const service = spawn(
    process.execPath,
    ['bin/mdi.js', 'start', '--port', '0', '--data-dir', dataDir, ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => service.once('exit', resolve));
  const stop = async () => {
    service.kill('SIGINT');
    await ended;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  let url = '';
  for await (const line of createInterface({ input: service.stdout })) {
    console.log(line);
    if (line.startsWith('http://')) url = line;
    if (line.startsWith('Ready after')) return { url, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error('the service did not start');
}
