import { join } from 'node:path';
import type { ModelsResponse } from '../../lib/core/contract/messages.ts';
import { seededRandom } from '../../lib/core/statistics/random.ts';
import { certainDeviceOf } from '../../lib/evaluation/engine/certainty.ts';
import { type Link, listLinks, readLink } from '../../lib/evaluation/engine/network/links.ts';
import { loadDeviceModel } from '../../lib/evaluation/live/device-model.ts';
import type { ComparedMetric } from '../../lib/evaluation/live/metrics.ts';
import {
  arrivalTimes,
  LiveError,
  type LiveImage,
  type LivePlan,
} from '../../lib/evaluation/live/plan.ts';
import { predict, predictedService } from '../../lib/evaluation/live/predict.ts';
import { type LiveReport, liveReport, writeLiveReport } from '../../lib/evaluation/live/report.ts';
import { runLive } from '../../lib/evaluation/live/run-live.ts';
import { generatedImages } from '../../lib/evaluation/models/accuracy/generated-images.ts';
import {
  findImages,
  type LabelledImage,
  someOf,
} from '../../lib/evaluation/models/accuracy/images.ts';
import { difference, shown } from '../../lib/evaluation/report/summary.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readServedCatalogue } from '../../lib/service/catalogue/load.ts';
import { contentTypeOf } from '../shared/content-type.ts';
import { noteLeftOut } from '../shared/left-out.ts';
import { plainTable, progressBar } from '../shared/output.ts';
import { askForModels } from '../shared/service.ts';
import type { LiveRunOptions } from './live-options.ts';

/** Seed of the generated images that are sent; no model was trained or measured on them. */
const imagesSeed = 3_000;
/** At most so many images are kept in memory; further requests send them again. */
const maxImages = 1_000;

/** `mdi simulate --live`: a running service beside its simulation. */
export async function simulateLive(options: LiveRunOptions): Promise<void> {
  const link = chooseLink(options);
  const service = await askForModels(options.live);
  const directory = resolveCatalogue(options.catalogue ?? service.catalogue);
  const onDevice = await loadDeviceModel(directory);
  const device = certainDeviceOf(readServedCatalogue(directory));
  const plan = await planOf(options, link, service);
  const before = predictedService(service, onDevice.accuracyPct, device);

  const bar = progressBar('requests');
  bar.start(plan.dueMs.length, 0);
  const measured = await runLive(plan, {
    endpoint: options.live,
    onDevice,
    onSettled: () => bar.increment(),
  }).finally(() => bar.stop());

  // The measurements are worth reporting even if the service has stopped by now.
  const later = await askForModels(options.live).catch(() => service);
  const after = predictedService(later, onDevice.accuracyPct, device);
  const { live, rate, duration, arrivals, policy, cloud, sureFrom, upload, seed } = options;
  const { strategy, catalogue } = service;
  const report = liveReport(
    {
      ...{ url: live, strategy, catalogue, onDevice: onDevice.name, trace: link.name },
      ...{ slaMs: plan.slaMs, ratePerS: rate, durationS: duration, arrivals, policy, seed },
      ...{ cloud, sureFrom, upload },
    },
    measured,
    {
      models: service.models.map(({ name }) => name),
      before: predict(plan, before, measured),
      after: predict(plan, after, measured),
    },
  );
  writeLiveReport(options.out, report, measured);
  console.log(options.json ? JSON.stringify(report, null, 2) : describe(report));
  console.error(`${join(options.out, 'live.json')}, ${join(options.out, 'live.csv')}`);
}

function chooseLink({ traces, trace }: LiveRunOptions): Link {
  const names = listLinks(traces);
  if (names.includes(trace)) return readLink(traces, trace);
  throw new LiveError(`${traces}: there is no link "${trace}", only ${names.join(', ')}`);
}

async function planOf(
  options: LiveRunOptions,
  link: Link,
  service: ModelsResponse,
): Promise<LivePlan> {
  const {
    rate,
    duration,
    arrivals,
    policy,
    cloud,
    sureFrom,
    upload,
    seed,
    sla = service.defaultSlaMs,
  } = options;
  const { baseDelayMs, answerBytes } = options;
  const dueMs = arrivalTimes(
    { kind: arrivals, ratePerS: rate, durationS: duration },
    seededRandom(seed),
  );
  // Before the run, because reading and drawing images would compete with the service.
  const images = await imagesOf(options, service, Math.min(dueMs.length, maxImages));
  return {
    ...{ link, dueMs, images, policy, cloud, sureFrom, upload, seed, slaMs: sla },
    conditions: { baseDelayMs, answerBytes },
  };
}

async function imagesOf(
  { images: path, photoSide: side }: LiveRunOptions,
  { catalogue: name, labels }: ModelsResponse,
  count: number,
): Promise<LiveImage[]> {
  const images =
    path === undefined
      ? generatedImages({ name, labels }, { seed: imagesSeed, count, side })
      : someOf(labelled(path, labels), count);
  return Promise.all(
    images.map(async ({ label, read }) => {
      const bytes = await read();
      return { bytes, contentType: contentTypeOf(bytes), label: labels[label] ?? '' };
    }),
  );
}

function labelled(path: string, labels: readonly string[]): readonly LabelledImage[] {
  const { images, leftOut } = findImages(path, labels);
  noteLeftOut(leftOut);
  return images;
}

/** The table, and what helps to judge the differences. */
function describe({ metrics, requests, right95Pct, afterwards, ...facts }: LiveReport): string {
  const table = plainTable(['metric', 'measured', 'simulated', 'difference'], { compact: true });
  for (const metric of metrics) table.push(rowOf(metric));
  const [low, high] = right95Pct.map((bound) => bound.toFixed(1));
  const notes = ['mean accuracy of the models that answered, %', 'reliance on the device, %'];
  const later = notes.map(
    (name) => `${name.replace(/, %$/, '')} ${afterwards[name]?.toFixed(2)} %`,
  );
  return [
    `${requests} requests over ${facts.trace}, SLA ${facts.slaMs} ms, ${facts.strategy}, sent: ${facts.upload}, on the device ${facts.onDevice}`,
    table.toString(),
    `Right labels: the 95 % interval of the measured share is ${low} to ${high} %.`,
    `Simulated with the profiles after the run: ${later.join(', ')}.`,
    ...Object.entries(facts.failures).map(
      ([why, count]) => `The cloud failed ${count} times: ${why}`,
    ),
  ].join('\n');
}

/** A compared metric as a row of the table; what is not known is a dash. */
export function rowOf({ metric, measured, simulated }: ComparedMetric): string[] {
  const cell = (value: number | null) => (value === null ? '-' : shown(value));
  const apart = measured === null ? '' : difference(simulated, measured);
  return [metric, cell(measured), cell(simulated), apart];
}
