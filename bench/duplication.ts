/**
 * What request duplication is worth (paper, Sections IV-E and V-D): SLA attainment and accuracy with
 * and without a model on the device, by the real client against the real service on this machine, over
 * recorded mobile links.
 *
 *   npm run bench -- duplication --traces FOLDER [--links NAME,NAME] [--requests 500] [--sla 250]
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { plainTable } from '../bin/plain-table.ts';
import { readCatalogue } from '../lib/catalogue/load.ts';
import { type Classification, createClient, type OnDeviceModel } from '../lib/client/index.ts';
import { describeModel } from '../lib/client/model-description.ts';
import { OnnxModel } from '../lib/client/onnx-model.ts';
import { decodeImage } from '../lib/inference/decode.ts';
import { ort } from '../lib/inference/native.ts';
import { resolveCatalogue } from '../lib/infra/resolve-catalogue.ts';
import { outcomeOf } from '../lib/playground/history.ts';
import { shapeLabels } from '../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../lib/shapes/generate.ts';
import { encodeJpeg } from '../lib/shapes/jpeg.ts';
import { type Link, readLinks } from '../lib/simulation/links.ts';
import { StartedService } from '../test/e2e/started-service.ts';
import { quantile } from './quantiles.ts';

/** What each way takes beside the link, and pauses between requests, in ms. */
const [baseDelayMs, pauseMs] = [20, 100];
/** What an answer weighs on the link: one packet. */
const answerBytes = 1_500;
/** The data set that the pictures are of; no model was trained on it. */
const seed = 3_000;

const { values } = parseArgs({
  options: {
    traces: { type: 'string' },
    links: { type: 'string' },
    requests: { type: 'string', default: '500' },
    sla: { type: 'string', default: '250' },
  },
});
if (!values.traces) {
  console.error('Say where the traces are: npm run bench -- duplication --traces FOLDER');
  process.exit(2);
}
const [requests, slaMs] = [Number(values.requests), Number(values.sla)];
const names = values.links?.split(',');
const links = readLinks(values.traces).filter(({ name }) => names?.includes(name) ?? true);

const service = await StartedService.start(2);
const onDevice = await loadModel();
const table = plainTable(
  ['link', 'on the device', 'in time %', 'no answer', 'by device', 'mean A(m) %', 'right %'],
  { compact: true },
);
const timerErrorsMs: number[] = [];
for (const link of links) {
  for (const { device, answers } of await run(link)) {
    const outcomes = answers.map((answer, i) => outcomeOf(answer, labelOf(i)));
    const mean = (value: (outcome: (typeof outcomes)[number]) => number) =>
      outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / outcomes.length;
    const count = (source: string) => outcomes.filter((it) => it.source === source).length;
    table.push([
      link.name,
      device?.name ?? '-',
      mean(({ inTime }) => (inTime ? 100 : 0)).toFixed(1),
      count('nobody'),
      count('device'),
      mean(({ accuracyPct }) => accuracyPct).toFixed(2),
      mean(({ correct }) => (correct ? 100 : 0)).toFixed(1),
    ]);
  }
}
await service.stop();
console.log(
  `${requests} requests a row, SLA ${slaMs} ms; no answer counts as accuracy 0 and wrong`,
);
console.log(table.toString());
console.log(
  `timer error at the SLA's end, ${timerErrorsMs.length} times: ` +
    `p50 ${quantile(timerErrorsMs, 0.5).toFixed(1)} ms, p99 ${quantile(timerErrorsMs, 0.99).toFixed(1)} ms`,
);

/**
 * All requests over a link, one after another. The two clients take turns, so that both meet the same
 * stretches of the link and the same moods of the machine.
 */
async function run(link: Link) {
  const fetch = fetchOver(link);
  const sides = [onDevice, undefined].map((device) => {
    const options = { endpoint: service.url, slaMs, fetch };
    const client = createClient(device ? { ...options, onDevice: device } : options);
    // Undefined where there was no answer.
    return { device, client, answers: [] as (Classification | undefined)[] };
  });
  for (const { client } of sides) await client.prepare();
  for (let i = 0; i < requests; i++) {
    const image = await picture(i);
    for (const { client, answers } of i % 2 === 0 ? sides : sides.toReversed()) {
      const answer = await client
        .classify(image, { contentType: 'image/jpeg' })
        .catch(() => undefined);
      answers.push(answer);
      if (answer && answer.timing.timerErrorMs > 0) timerErrorsMs.push(answer.timing.timerErrorMs);
      await delay(pauseMs);
    }
  }
  for (const { client } of sides) client.close();
  return sides;
}

/** A `fetch` that waits for its turn on the link, there and back; the recording begins now. */
function fetchOver({ up, down }: Link): typeof fetch {
  const beginMs = performance.now();
  const nowMs = () => performance.now() - beginMs;
  return async (url, init) => {
    const signal = init?.signal ?? undefined;
    const bytes = init?.body instanceof Uint8Array ? init.body.length : 0;
    await delay(up.deliveredMs(nowMs(), bytes) - nowMs() + baseDelayMs, undefined, { signal });
    const response = await fetch(url, init);
    const backMs = down.deliveredMs(nowMs(), answerBytes) - nowMs() + baseDelayMs;
    await delay(backMs, undefined, { signal });
    return response;
  };
}

/** The catalogue's model for devices, run by onnxruntime-node behind the client's own adapter. */
async function loadModel(): Promise<OnDeviceModel> {
  const directory = resolveCatalogue('shapes');
  const catalogue = readCatalogue(directory);
  const description = describeModel(catalogue);
  const file = catalogue.models.find(({ name }) => name === description.name)?.file ?? '';
  const model = await OnnxModel.load(ort, join(directory, file), description);
  const { name, accuracyPct } = description;
  return {
    name,
    accuracyPct,
    classify: async (image, { contentType }) => ({
      predictions: await model.classify({ image, contentType }, async (input, size) => {
        const data = await decodeImage(input.image as Uint8Array, size);
        return { data, width: size.width, height: size.height };
      }),
    }),
  };
}

async function picture(index: number): Promise<Uint8Array> {
  const { pixels } = generateImage({ seed, index });
  return new Uint8Array(await encodeJpeg(pixels, imageSize));
}

function labelOf(index: number): string | undefined {
  return shapeLabels[index % shapeLabels.length];
}
