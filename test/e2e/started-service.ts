import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The service as `npm start` starts it, in a process of its own. */
export class StartedService {
  readonly url: string;
  readonly process: ChildProcess;
  readonly #dataDir: string;

  private constructor(url: string, process: ChildProcess, dataDir: string) {
    this.url = url;
    this.process = process;
    this.#dataDir = dataDir;
  }

  /**
   * @param profileSeconds - the longest time a model is measured
   * @param more - further options of `mdi start`
   */
  static async start(profileSeconds = 0.2, more: readonly string[] = []): Promise<StartedService> {
    const dataDir = mkdtempSync(join(tmpdir(), 'mdinference-e2e-'));
    const options = { port: 0, 'data-dir': dataDir, 'profile-seconds': profileSeconds };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(process.execPath, ['bin/mdi.js', 'start', ...args, ...more], { cwd: root });
    let said = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        said += chunk;
        if (said.includes('Ready after')) resolve();
      });
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = once(child, 'close').then(() => {
      throw new Error(`mdi start ended: ${said}`);
    });
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
    const url = /^http:\S+$/m.exec(said)?.[0];
    if (!url) throw new Error(`no address in: ${said}`);
    return new StartedService(url, child, dataDir);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'close');
    }
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
