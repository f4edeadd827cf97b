/**
 * What the service costs beside the model: `POST /v1/infer` for the fastest model through the whole
 * local chain, against decoding and running the same image with the same model in one process. The
 * two take turns, so that a busy machine slows both.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainTable } from '../bin/shared/output.ts';
import { synthesize } from '../bin/shared/synthesize.ts';
import { inferResponseSchema } from '../lib/core/contract/schemas.ts';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { startAssembly } from '../lib/local/assembly.ts';
import { readCatalogue } from '../lib/service/catalogue/load.ts';
import { Classifier } from '../lib/service/inference/classifier.ts';

const warmUps = 100;
const rounds = Number(process.argv[2] ?? 1000);

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const image = readFileSync(join(directory, catalogue.samples[0]?.file ?? ''));
const folder = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
const assembly = await startAssembly({
  assemblyDir: await synthesize({
    output: join(folder, 'cdk.out'),
    context: { strategy: 'static-latency' },
  }),
  port: 0,
  environment: { MDI_PROFILE_CONCURRENCY: '1', MDI_PROFILE_MODEL_MS: '500' },
});

const first = await infer();
const model = catalogue.models.find(({ name }) => name === first.model.name);
if (!model) throw new Error(`the catalogue has no model ${first.model.name}`);
const classifier = await Classifier.load({
  path: join(directory, model.file),
  catalogue,
  model,
});

const serviceMs: number[] = [];
const bareMs: number[] = [];
const differenceMs: number[] = [];
for (let i = 0; i < warmUps + rounds; i++) {
  const service = await time(infer);
  const bare = await time(() => classifier.classifyImage(image));
  if (i < warmUps) continue;
  serviceMs.push(service);
  bareMs.push(bare);
  differenceMs.push(service - bare);
}
await assembly.close();
rmSync(folder, { recursive: true });

const table = plainTable([`${model.name}, ${rounds} rounds`, 'p50 ms', 'p99 ms']);
for (const [name, values] of [
  ['POST /v1/infer', serviceMs],
  ['decode + session.run in one process', bareMs],
  ['difference, round by round', differenceMs],
] as const) {
  table.push([name, quantile(values, 0.5).toFixed(2), quantile(values, 0.99).toFixed(2)]);
}
console.log(table.toString());

async function infer() {
  const response = await fetch(`${assembly.url}/v1/infer`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: image,
  });
  return inferResponseSchema.parse(await response.json());
}

async function time(call: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await call();
  return performance.now() - startMs;
}
