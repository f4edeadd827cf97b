import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import { vi } from 'vitest';
import { mdi } from '../../bin/program.ts';

/** What a command came to. */
export interface Run {
  readonly code: number;
  /** What it printed to standard output. */
  readonly out: string;
  /** What it printed to standard error. */
  readonly error: string;
}

const printing = new AsyncLocalStorage<{ out: string; error: string }>();

/** Runs `mdi` in this process; several may run at the same time. */
export async function runMdi(...args: string[]): Promise<Run> {
  const said = { out: '', error: '' };
  for (const [method, stream] of [
    ['log', 'out'],
    ['error', 'error'],
  ] as const) {
    vi.spyOn(console, method).mockImplementation((...what) => {
      const store = printing.getStore();
      if (store) store[stream] += `${format(...what)}\n`;
    });
  }
  const code = await printing.run(said, () => mdi(args));
  return { code, ...said };
}
