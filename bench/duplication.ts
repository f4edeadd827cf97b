/**
 * What request duplication is worth (paper, Sections IV-E and V-D): SLA attainment and accuracy with
 * and without a model on the device, by the real client against the real service on this machine, over
 * recorded mobile links.
 *
 *   npm run bench -- duplication --traces FOLDER [--links NAME,NAME] [--requests 500] [--sla 250]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { plainTable } from '../bin/shared/output.ts';
import { requestOutcome } from '../lib/client/api/outcome.ts';
import { type Classification, type ClientOptions, createClient } from '../lib/client/index.ts';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { type Link, readLinks } from '../lib/evaluation/engine/network/links.ts';
import { defaultLinkConditions } from '../lib/evaluation/engine/network/networks.ts';
import { loadDeviceModel } from '../lib/evaluation/live/device-model.ts';
import { linkFetch } from '../lib/evaluation/live/link-fetch.ts';
import { SystemTime } from '../lib/evaluation/live/pace.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { shapeLabels } from '../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../lib/shapes/generate.ts';
import { encodeJpeg } from '../lib/shapes/jpeg.ts';
import { StartedService } from '../test/e2e/started-service.ts';

/** Between requests, in ms. */
const pauseMs = 100;
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
const onDevice = await loadDeviceModel(resolveCatalogue('shapes'));
const table = plainTable(
  ['link', 'on the device', 'in time %', 'no answer', 'by device', 'mean A(m) %', 'right %'],
  { compact: true },
);
const timerErrorsMs: number[] = [];
for (const link of links) {
  for (const { device, answers } of await run(link)) {
    const outcomes = answers.map((answer, i) => requestOutcome(answer, labelOf(i)));
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
  // The recording begins now.
  const fetch = linkFetch(link, defaultLinkConditions, new SystemTime());
  const clocks: Promise<void>[] = [];
  const sides = [onDevice, undefined].map((device) => {
    const clock = Promise.withResolvers<void>();
    clocks.push(clock.promise);
    const onEvent: ClientOptions['onEvent'] = ({ type }) => {
      if (type === 'clock') clock.resolve();
    };
    const options = { endpoint: service.url, slaMs, fetch, onEvent };
    const client = createClient(device ? { ...options, onDevice: device } : options);
    // Undefined where there was no answer.
    return { device, client, answers: [] as (Classification | undefined)[] };
  });
  for (const { client } of sides) await client.prepare();
  await Promise.all(clocks);
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

async function picture(index: number): Promise<Uint8Array> {
  const { pixels } = generateImage({ seed, index });
  return new Uint8Array(await encodeJpeg(pixels, imageSize));
}

function labelOf(index: number): string | undefined {
  return shapeLabels[index % shapeLabels.length];
}
