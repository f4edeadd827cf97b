import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
 * is taken over once its heartbeat has been missing for five seconds by this process's own clock: neither
 * its process id, which another process may have by now, nor what the lock's time says counts.
 *
 * @returns a function that unlocks the folder; the end of the process does so too
 * @throws {@link TableError} when another runner uses the folder, or it cannot be written
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const lockfilePath = join(dataDir, 'runner.lock');
  const pidFile = join(dataDir, 'runner.pid');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
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
      writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
      return unlock;
    }
  } catch (error) {
    throw new TableError(`Data folder ${dataDir} cannot be written: ${(error as Error).message}`);
  }
  throw new TableError(
    `Data folder ${dataDir} is in use by process ${readPid(pidFile)} (${lockfilePath}): stop it first`,
  );
}

/**
 * Takes from everybody but its owner what others may do with a folder and all that is in it. (Windows has no such
 * modes: there, it changes nothing.)
 */
export function makePrivate(path: string): void {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) {
    if (entry?.isFile()) chmodSync(path, 0o600);
    return;
  }
  chmodSync(path, 0o700);
  for (const { name, parentPath } of readdirSync(path, { withFileTypes: true }).filter(
    (child) => !child.isSymbolicLink(),
  )) {
    makePrivate(join(parentPath, name));
  }
}

/** Tries until the lock is taken; undefined once its holder has shown that it is alive. */
async function waitForLock<T>(
  take: () => Promise<T>,
  lockfilePath: string,
): Promise<T | undefined> {
  let lastHeartbeat: { readonly mtimeMs: number; readonly seenMs: number } | undefined;
  for (;;) {
    const failure = await take().catch((error: NodeJS.ErrnoException) => error);
    if (!(failure instanceof Error)) return failure;
    const found = statSync(lockfilePath, { throwIfNoEntry: false });
    // It was given up just now, or there is another reason.
    if (!found && failure.code !== 'ELOCKED') throw failure;
    // A lock is a folder. Nobody holds a file of that name.
    const isGarbage = found?.isDirectory() === false;
    const mtimeMs = found?.mtimeMs;
    if (mtimeMs !== undefined) {
      if (lastHeartbeat && mtimeMs !== lastHeartbeat.mtimeMs) return undefined;
      lastHeartbeat ??= { mtimeMs, seenMs: performance.now() };
      const isSilent = performance.now() - lastHeartbeat.seenMs > staleMs;
      if (isGarbage || isSilent) rmSync(lockfilePath, { recursive: true, force: true });
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
