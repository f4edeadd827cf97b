/**
 * The first picture after a pause: how often is it answered in time when Lambda has let all environments
 * go? As it comes, and announced some time before by `POST /v1/prepare`. The service runs on this machine;
 * between two pictures all processes of the selector and of the models are ended.
 *
 *     npm run bench -- prepare [SLA in ms, default 250] [rounds, default 20]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { plainTable } from '../bin/shared/output.ts';
import { synthesize } from '../bin/shared/synthesize.ts';
import { inferResponseSchema } from '../lib/core/contract/schemas.ts';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { startAssembly } from '../lib/local/assembly.ts';
import { readServedCatalogue } from '../lib/service/catalogue/load.ts';

const [slaMs, rounds] = [process.argv[2] ?? 250, process.argv[3] ?? 20].map(Number) as [
  number,
  number,
];
/** How long before the picture it is announced, in ms; never: not at all. */
const announcedMs = [undefined, 500, 1_000, 2_000, 4_000];

const directory = resolveCatalogue('shapes');
const { samples } = readServedCatalogue(directory);
const pictures = samples.map(({ file }) => readFileSync(join(directory, file)));
const folder = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
const assembly = await startAssembly({
  assemblyDir: await synthesize({ output: join(folder, 'cdk.out'), context: {} }),
  port: 0,
  environment: { MDI_PROFILE_CONCURRENCY: '1', POWERTOOLS_METRICS_DISABLED: 'true' },
});

const table = plainTable(
  ['announced', 'in time %', 'p50 ms', 'p90 ms', 'mean top-1 %', 'models cold %'],
  { textColumns: 1 },
);
for (const aheadMs of announcedMs) {
  const ms: number[] = [];
  let [accuracy, cold] = [0, 0];
  // The first round fills the disk's cache.
  for (let round = -1; round < rounds; round++) {
    await letGo();
    if (aheadMs !== undefined) {
      await prepare();
      await pause(aheadMs);
    }
    const startMs = performance.now();
    const { model, timing } = await infer(pictures[(round + 1) % pictures.length]);
    if (round < 0) continue;
    ms.push(performance.now() - startMs);
    accuracy += model.accuracyPct;
    if (timing.coldStart) cold++;
  }
  const inTime = ms.filter((it) => it <= slaMs).length;
  table.push([
    aheadMs === undefined ? 'not at all' : `${aheadMs} ms before`,
    ((100 * inTime) / rounds).toFixed(0),
    quantile(ms, 0.5).toFixed(0),
    quantile(ms, 0.9).toFixed(0),
    (accuracy / rounds).toFixed(1),
    ((100 * cold) / rounds).toFixed(0),
  ]);
}
console.log(`First pictures after a pause, SLA ${slaMs} ms, ${rounds} each:`);
console.log(table.toString());
await assembly.close();
rmSync(folder, { recursive: true });

/** Ends what Lambda lets go in a pause. */
async function letGo(): Promise<void> {
  const functions = assembly.functions.filter(({ logicalId }) => /Model|Selector/.test(logicalId));
  // What is still starting would outlive it.
  await until(() => functions.every(({ pids, free }) => pids.length === free));
  for (const { pids } of functions) for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => functions.every(({ pids }) => pids.length === 0));
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await pause(10);
}

async function prepare(): Promise<void> {
  const response = await fetch(`${assembly.url}/v1/prepare`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ slaMs }),
  });
  if (response.status !== 202) throw new Error(`prepare: ${response.status}`);
}

async function infer(picture: Buffer | undefined) {
  const response = await fetch(`${assembly.url}/v1/infer`, {
    method: 'POST',
    headers: {
      'content-type': 'image/jpeg',
      'mdi-sla-ms': String(slaMs),
      'mdi-upload-start': String(Date.now()),
    },
    body: new Uint8Array(picture ?? []),
  });
  return inferResponseSchema.parse(await response.json());
}
