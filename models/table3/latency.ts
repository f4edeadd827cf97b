import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Table3Name } from '../../lib/evaluation/engine/profiles/table-3.ts';

/** A model's time as time.ts measured it. */
export interface MeasuredLatency {
  /** Runs that count. */
  readonly runs: number;
  readonly meanMs: number;
  readonly stdMs: number;
  readonly what: string;
}

const file = new URL('latency.json', import.meta.url);

/** Reads latency.json; empty if nothing has been measured. */
export function readLatencies(): Partial<Record<Table3Name, MeasuredLatency>> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Writes latency.json. */
export function writeLatencies(latencies: Partial<Record<Table3Name, MeasuredLatency>>): void {
  writeFileSync(file, `${JSON.stringify(latencies, null, 2)}\n`);
}
