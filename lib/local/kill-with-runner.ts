import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/**
 * Makes sure that a child process does not outlive this one, whichever way this one exits. (If
 * this one is killed, nothing can be done here: the child notices that its stdin has closed.)
 */
export function killWithRunner(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
