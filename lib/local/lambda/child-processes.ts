import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Keeps a list of process ids from its input (`+ 12`, `- 12`); when the input ends, even because
 * this process was killed, it kills those that are left.
 */
const reaperScript = `
live=' '
while read -r sign pid; do
  case $sign in
    +) live="$live$pid " ;;
    -) live="\${live%% $pid *} \${live##* $pid }" ;;
  esac
done
kill -9 $live 2>/dev/null
`;

const running = new Set<ChildProcess>();
let reaper: ChildProcess | undefined;

/**
 * Makes sure that a child process does not outlive this one, however this one ends: not even one
 * that is in an endless loop when this one is killed. (Windows has no shell for that: there, a
 * function's process ends when it next talks to the Runtime API.)
 */
export function killWithRunner(child: ChildProcess): void {
  if (child.pid === undefined || process.platform === 'win32') return;
  const { pid } = child;
  reaper ??= startReaper();
  running.add(child);
  reaper.stdin?.write(`+ ${pid}\n`);
  child.once('exit', () => {
    running.delete(child);
    reaper?.stdin?.write(`- ${pid}\n`);
    if (running.size > 0) return;
    reaper?.stdin?.end();
    reaper = undefined;
  });
}

function startReaper(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', reaperScript], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in the terminal must not reach it.
    detached: true,
  });
  // A system without /bin/sh runs functions all the same.
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.unref();
  return child;
}

/** Of every Linux that Node.js has binaries for, Lambda's included. */
const pageBytes = 4096;

/** True if a process has more than `limitMb` MB in memory; always false where there is no `/proc`. */
export function isResidentMemoryOver(pid: number | undefined, limitMb: number): boolean {
  if (pid === undefined || process.platform !== 'linux') return false;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return pages * pageBytes > limitMb * 1024 * 1024;
  } catch {
    // It has just exited.
    return false;
  }
}
