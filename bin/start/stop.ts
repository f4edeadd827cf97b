import { execFileSync } from 'node:child_process';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How often it is checked whether those who started this process still run, in ms. */
const watchMs = 500;

/**
 * Runs something at Ctrl-C, when the process is asked to end, or when the package manager that started it
 * has ended: npm hands signals on to the shell between the two, which does not, and nobody does if npm is killed.
 *
 * @param stop - may be called more than once
 */
export function onStop(stop: () => void): { cancel: () => void } {
  for (const signal of stopSignals) process.on(signal, stop);
  const starters = packageManager();
  const timer = setInterval(() => {
    if (process.ppid !== (starters[0] ?? process.ppid) || !starters.every(isAlive)) stop();
  }, watchMs);
  timer.unref();
  return {
    cancel: () => {
      for (const signal of stopSignals) process.off(signal, stop);
      clearInterval(timer);
    },
  };
}

/**
 * The processes that `npm start`, `npx mdi start` or the like are made of, this one's parent first; none when
 * this process was started without a package manager, or is to outlive it.
 */
function packageManager(): number[] {
  const { npm_lifecycle_script: script } = process.env;
  if (script === undefined || script.includes('&')) return [];
  const shell = shellOf(process.ppid);
  return shell ? [process.ppid, shell.parent] : [process.ppid];
}

/** The parent of a shell that runs a script; undefined for another process, and where there is no `ps`. */
function shellOf(pid: number): { readonly parent: number } | undefined {
  try {
    const options = ['-o', 'ppid=,args=', '-p', String(pid)];
    const line = execFileSync('ps', options, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const [, parent, command = ''] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    return /^\S*sh -c /.test(command) ? { parent: Number(parent) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user: there is one.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
