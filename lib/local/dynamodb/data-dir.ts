import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { TableError } from '../shared/errors.ts';

/** How often the holder of a lock shows that it is alive, and after what silence it counts as gone. */
const heartbeatMs = 1_000;
const staleMs = 5_000;
const lookAgainMs = 100;

/**
 * Locks a data folder for this process, and makes it if it is missing. (LevelDB locks its files too,
 * but dynalite ends the whole process when it meets that lock.) The lock of a runner that was killed
 * is taken over once its heartbeat has been missing for five seconds.
 *
 * @returns a function that unlocks the folder; the end of the process does so too
 * @throws {@link TableError} when another runner uses the folder, or it cannot be written
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const lockfilePath = join(dataDir, 'runner.lock');
  const pidFile = join(dataDir, 'runner.pid');
  try {
    mkdirSync(dataDir, { recursive: true });
    const options = {
      lockfilePath,
      realpath: false,
      update: heartbeatMs,
      stale: staleMs,
      // Somebody deleted the folder, or this process slept: LevelDB's own lock is still there.
      onCompromised: () => {},
    };
    const unlock = await waitForLock(() => lock(dataDir, options), lockfilePath);
    if (unlock) {
      writeFileSync(pidFile, String(process.pid));
      return unlock;
    }
  } catch (error) {
    throw new TableError(`Data folder ${dataDir} cannot be written: ${(error as Error).message}`);
  }
  throw new TableError(
    `Data folder ${dataDir} is in use by process ${readPid(pidFile)} (${lockfilePath}): stop it first`,
  );
}

/** Tries until the lock is taken; undefined once its holder has shown that it is alive. */
async function waitForLock<T>(
  take: () => Promise<T>,
  lockfilePath: string,
): Promise<T | undefined> {
  let lastHeartbeatMs: number | undefined;
  for (;;) {
    try {
      return await take();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    const heartbeatMs = statSync(lockfilePath, { throwIfNoEntry: false })?.mtimeMs;
    if (heartbeatMs !== undefined) {
      if (lastHeartbeatMs !== undefined && heartbeatMs !== lastHeartbeatMs) return undefined;
      lastHeartbeatMs = heartbeatMs;
    }
    await delay(lookAgainMs);
  }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8');
  } catch {
    return 'unknown';
  }
}
