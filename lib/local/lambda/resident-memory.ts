import { readFileSync } from 'node:fs';

/** Of every Linux that Node.js has binaries for, Lambda's included. */
const PAGE_BYTES = 4096;

/** True if a process has more than `limitMb` MB in memory; always false where there is no `/proc`. */
export function isResidentMemoryOver(pid: number | undefined, limitMb: number): boolean {
  if (pid === undefined || process.platform !== 'linux') return false;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return pages * PAGE_BYTES > limitMb * 1024 * 1024;
  } catch {
    // It has just exited.
    return false;
  }
}
