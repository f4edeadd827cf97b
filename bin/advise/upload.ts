import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { originalRung } from '../../lib/core/upload/rung.ts';
import { defaultQuestion } from '../../lib/evaluation/advise/question.ts';
import {
  gainOfChoice,
  type UploadGain,
  uploadWaysFigure,
} from '../../lib/evaluation/advise/upload-ways.ts';
import { readLinks } from '../../lib/evaluation/engine/network/links.ts';
import {
  deviceAccuracyPct,
  type ProfileSet,
  profileSets,
} from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import {
  checkMeasured,
  type Ladder,
  RungsError,
  readLadder,
} from '../../lib/evaluation/engine/uploads/ladder.ts';
import { defaultLinkScenario } from '../../lib/evaluation/experiments/links-report.ts';
import { renderSvg } from '../../lib/evaluation/figures/render.ts';
import { numberBetween } from '../shared/options.ts';
import { readUploads } from '../shared/read-models.ts';
import {
  addModelOptions,
  addPointOptions,
  type ModelOptions,
  ownCatalogue,
  profilesOf,
} from '../shared/simulation-options.ts';
import { runUploadsShown, uploadsTable } from '../shared/uploads.ts';

interface UploadOptions extends ModelOptions {
  readonly traces: string;
  readonly rungs?: string;
  readonly slasMs?: number[];
  readonly requests: number;
  readonly seed: number;
  readonly deviceAccuracyPct?: number;
  readonly figure?: string;
  readonly json?: true;
}

/** Smaller differences, in points, are due to chance. */
const noise = 0.1;

const help = `
A phone sends one picture after another over each recorded link: all of them alike, by one rung, or by the
one that it chooses for each picture. Right are the answers that users get, the device's included when the
cloud's is late; what a rung costs each model is part of it. The service selects by expected accuracy.

Without models those of ${ownCatalogue} are taken. Rungs are those that were measured for the models (mdi models
evaluate --uploads --write), unless --rungs says others.

Examples:
  mdi advise upload --traces FOLDER --slas-ms 150,250,500
  mdi advise upload --catalogue ./my-models --traces FOLDER --figure uploads.svg
  mdi advise upload --profiles c5 --rungs rungs.json --traces FOLDER --slas-ms 500,1000`;

/** `mdi advise upload`: what is best sent of a picture. */
export function addAdviseUploadCommand(advise: Command): void {
  const command = advise
    .command('upload')
    .description('what to send of a picture, and what choosing it for each gains')
    .requiredOption('--traces <folder>', 'recorded links: NAME.up and NAME.down of each')
    .option('--rungs <file>', 'a file of rungs, or a catalogue.json whose uploads were measured');
  addModelOptions(command);
  addPointOptions(command, defaultLinkScenario.requests)
    .option(
      '--device-accuracy-pct <percent>',
      `top-1 of the model on the device (default: that of the catalogue, else ${deviceAccuracyPct})`,
      numberBetween(0, 100),
    )
    .option('--figure <file>', 'draw accuracy against bytes as an SVG')
    .option('--json', 'print the advice as JSON')
    .addHelpText('after', help)
    .action(upload);
}

async function upload(options: UploadOptions): Promise<void> {
  const { traces, slasMs = defaultQuestion.slasMs, requests, seed } = options;
  const links = readLinks(traces);
  const isOwn = options.url === undefined && options.profiles === undefined;
  const source = isOwn ? { ...options, catalogue: options.catalogue ?? ownCatalogue } : options;
  const set = (await profilesOf(source)) ?? defaultQuestion.profiles;
  const ladder = await ladderOf(source, set);
  const device = options.deviceAccuracyPct ?? set.device?.accuracyPct ?? deviceAccuracyPct;
  const scenario = { ...defaultLinkScenario, requests, seed, deviceAccuracyPct: device };
  const rows = await runUploadsShown(links, ladder, scenario, [{ models: set.models, slasMs }]);
  const gain = gainOfChoice(rows);
  const what = `${set.models.length} models of ${set.name}, on the device ${device} %, ${links.length} ${links.length === 1 ? 'link' : 'links'}, SLA ${slasMs.join(', ')} ms, ${requests.toLocaleString('en')} requests each`;
  console.log(
    options.json
      ? JSON.stringify({ ...gain, uploads: rows }, null, 2)
      : [what, uploadsTable(rows), ...verdict(gain)].join('\n'),
  );
  if (options.figure !== undefined) {
    writeFileSync(options.figure, await renderSvg(uploadWaysFigure(rows)('wide')));
  }
}

/**
 * The rungs that were asked for, or those that were measured for the models.
 *
 * @throws {@link RungsError} when there are none, or they were measured with other models
 */
async function ladderOf(options: UploadOptions, { name, models }: ProfileSet): Promise<Ladder> {
  const { url, profiles, catalogue = ownCatalogue, rungs } = options;
  const isNamed = profiles !== undefined && profiles in profileSets;
  const measured = isNamed ? undefined : await readUploads({ url, profiles, catalogue });
  const ladder = rungs === undefined ? measured : readLadder(rungs);
  if (!ladder) {
    throw new RungsError(
      `what pictures of ${name} can be sent as was not measured: give --rungs <file>, or measure it with mdi models evaluate --uploads --write`,
    );
  }
  checkMeasured(ladder, models, rungs ?? name);
  return ladder;
}

/** Which way is best, and where. */
function verdict({ accuracyPct, meanBytes, byLink, ...gain }: UploadGain): string[] {
  const points = (pct: number) =>
    pct
      .toFixed(1)
      .replace(/^-0\.0$/, '0.0')
      .replace('-', '−');
  const over = [
    gain.overViewPct !== undefined && `${points(gain.overViewPct)} points over the view`,
    gain.overOriginalPct !== undefined && `${points(gain.overOriginalPct)} over originals`,
    !['view', originalRung].includes(gain.bestAlike) &&
      `${points(gain.overBestAlikePct)} over ${gain.bestAlike} for all, the best of those`,
  ].filter((text) => text !== false);
  const [most] = byLink;
  const better = byLink.filter(({ overBestAlikePct }) => overBestAlikePct < -noise);
  return [
    `Choosing for each picture (adaptive) gives ${accuracyPct.toFixed(1)} % with ${(meanBytes / 1_000).toFixed(1)} KB: ${over.join(', ')}.`,
    ...(most?.overViewPct !== undefined && most.overViewPct > noise && byLink.length > 1
      ? [`It gains most over ${most.link}: ${points(most.overViewPct)} points over the view.`]
      : []),
    ...better.map(
      ({ link, bestAlike, overBestAlikePct }) =>
        `Over ${link}, ${bestAlike} for all is ${points(-overBestAlikePct)} points better.`,
    ),
  ];
}
