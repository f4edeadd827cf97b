/**
 * How much memory every process of the running service has before and after many requests: its resident set, in
 * MB. Half of the requests are fuzzed, as in the tests; dynalite is a thread of the runner.
 *
 * It reads /proc, as Linux has it.
 *
 *   npm run bench -- memory [requests]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pMap from 'p-map';
import { synthesize } from '../bin/shared/synthesize.ts';
import { inputBytes } from '../lib/core/preprocessing/preprocessing.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { type RunningAssembly, startAssembly } from '../lib/local/assembly.ts';
import { readCatalogue } from '../lib/service/catalogue/load.ts';
import { Chance } from '../test/fixtures/chance.ts';
import { everyFormat, fuzzedRequest } from '../test/fixtures/fuzzed.ts';

const count = Number(process.argv[2] ?? 10_000);
const concurrency = 6;

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const sample = readFileSync(join(directory, catalogue.samples[0]?.file ?? ''));
const material = {
  images: await everyFormat(sample),
  tensorBytes: inputBytes(catalogue.input),
};

const folder = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
const assembly = await startAssembly({
  assemblyDir: await synthesize({ output: join(folder, 'cdk.out'), context: {} }),
  dataDir: join(folder, 'data'),
  port: 0,
});
try {
  // Until the processes are there, and what they load at first use is loaded.
  const warmUp = Math.min(200, count);
  await sendMany(warmUp, 0);
  const before = memoryOf(assembly);
  const startMs = performance.now();
  await sendMany(count, warmUp);
  const seconds = (performance.now() - startMs) / 1_000;
  printTable(before, memoryOf(assembly));
  console.log(`${count} requests in ${seconds.toFixed(0)} s, after ${warmUp} others`);
} finally {
  await assembly.close();
  rmSync(folder, { recursive: true, force: true });
}

async function sendMany(requests: number, from: number): Promise<void> {
  const rounds = Array.from({ length: requests }, (_, i) => from + i);
  await pMap(rounds, send, { concurrency });
}

async function send(round: number): Promise<void> {
  const chance = new Chance(round / (count + 200));
  const isHonest = chance.happens(0.5);
  const { headers, body } = isHonest
    ? { headers: { 'mdi-sla-ms': String(50 + chance.below(1_000)) }, body: sample }
    : fuzzedRequest(chance, material);
  // What HTTP does not allow in a header no client sends.
  const sendable = Object.entries(headers).filter(([, value]) => /^[\t\x20-\xff]*$/.test(value));
  const response = await fetch(`${assembly.url}/v1/infer`, {
    method: 'POST',
    headers: sendable,
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
}

interface Memory {
  readonly process: string;
  readonly mb: number;
}

/** The resident set of each process, by its id. */
function memoryOf({ functions }: RunningAssembly): Map<number, Memory> {
  const runner = { process: 'runner, with dynalite and this bench', mb: residentMb(process.pid) };
  const ofFunctions = functions.flatMap(({ logicalId, pids }) =>
    pids.map((pid): [number, Memory] => {
      const model = /\0MDI_MODEL=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
      return [pid, { process: model ? `model ${model}` : nameOf(logicalId), mb: residentMb(pid) }];
    }),
  );
  return new Map([[process.pid, runner], ...ofFunctions]);
}

/** A logical id without its hash. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** A process may have children that do its work: they count with it. */
function residentMb(pid: number): number {
  const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  const isAssembly = pid === process.pid;
  return (
    kb / 1_000 + (isAssembly ? 0 : childrenOf(pid).reduce((sum, id) => sum + residentMb(id), 0))
  );
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

function printTable(before: Map<number, Memory>, after: Map<number, Memory>): void {
  const row = (cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`);
  row(['process', 'before, MB', 'after, MB']);
  row(['---', '--:', '--:']);
  for (const pid of new Set([...before.keys(), ...after.keys()])) {
    const [then, now] = [before.get(pid), after.get(pid)];
    row([
      then?.process ?? now?.process ?? '',
      then?.mb.toFixed(0) ?? 'not there',
      now?.mb.toFixed(0) ?? 'ended',
    ]);
  }
}
