import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { pricesOf } from '../../lib/core/pricing/prices.ts';
import { defaultOverheadMs } from '../../lib/evaluation/cost/assumptions.ts';
import { renderSvg } from '../../lib/evaluation/figures/render.ts';
import { tuneFigure } from '../../lib/evaluation/tune/figure.ts';
import { type TunedModel, triedMemoryMb, tuneModel } from '../../lib/evaluation/tune/options.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readServedCatalogue } from '../../lib/service/catalogue/load.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import { defaultTunedFile, type Tuned } from '../../lib/service/catalogue/tuned.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { plainTable, shortPath } from '../shared/output.ts';
import { serviceAddress } from '../shared/service-address.ts';
import { addScalingOptions, memorySizes } from '../shared/sizes.ts';
import { measureDeployed, type TuneOptions, timeOnPaper } from './times.ts';

const help = `
On paper, times are those of the catalogue, or of a running service (--url, --profiles), scaled by what
the models were measured to gain from threads (mdi models profile --write), else by --parallel-share.
With --deployment every model's function is measured: a version is published with each memory, called
--runs times and deleted. Callers stay on the version that they reach, and the function has its own
memory again at the end. That needs lambda:GetFunction, GetFunctionConfiguration,
UpdateFunctionConfiguration, ListVersionsByFunction, PublishVersion, InvokeFunction, DeleteFunction.

A call costs the model's function and the selector's, which waits for it. The result is read by
  new MdInference(stack, 'Api', { models: { 'resnet-64-views12': { memoryMb: 'tuned' } } })

Examples:
  mdi tune --latency-ms 50
  mdi tune resnet-128-views16 --latency-ms 60 --figure tune.svg
  mdi tune --url http://127.0.0.1:8787 --latency-ms 100
  mdi tune --deployment MyService-Api --latency-ms 100 --runs 100`;

/** `mdi tune`: which memory is cheapest for each model. */
export function addTuneCommand(program: Command): void {
  const command = program
    .command('tune')
    .description('find the memory with which each model is cheapest within a latency')
    .argument('[models...]', 'by default all')
    .requiredOption(
      '--latency-ms <ms>',
      'within which 95 % of warm calls must answer',
      numberBetween(0.001, 1e6),
    )
    .option('--catalogue <name>', 'a catalogue of models/, or a folder of your own', 'shapes')
    .option('--memory-mb <mb,...>', 'memory sizes to try', memorySizes, [...triedMemoryMb])
    .option('--url <url>', 'a running service, whose profiles are taken', serviceAddress)
    .option('--profiles <file>', 'profiles: an answer of GET /v1/models')
    .option('--deployment <name>', 'a deployed service to measure: its output Deployment')
    .option('--runs <n>', 'calls with each memory', integerBetween(10, 10_000), 50)
    .option(
      '--overhead-ms <ms>',
      'what no processor makes shorter; added to a catalogue’s latencies',
      numberBetween(0, 1e6),
      defaultOverheadMs,
    )
    .option('--region <name>', 'whose prices', 'us-east-1')
    .addOption(
      new Option('--architecture <name>', 'processor of the functions')
        .choices(['x86_64', 'arm64'])
        .default('x86_64'),
    )
    .option('--out <file>', 'where the result is left for the deployment', defaultTunedFile)
    .option('--figure <file>', 'draw cost against latency as an SVG')
    .option('--json', 'print all that was tried as JSON');
  addScalingOptions(command).addHelpText('after', help).action(tune);
}

async function tune(names: readonly string[], options: TuneOptions): Promise<void> {
  const { latencyMs, region, architecture, out, figure } = options;
  const catalogue = readServedCatalogue(resolveCatalogue(options.catalogue));
  const models = chosenOf(catalogue, names);
  const times =
    options.deployment === undefined
      ? await timeOnPaper(models, options)
      : await measureDeployed(catalogue, models, options.deployment, options);
  const prices = { prices: pricesOf(region), architecture };
  const tuned = models.map(({ name }) => tuneModel(name, times.get(name) ?? [], latencyMs, prices));
  const source = options.deployment ?? options.url ?? options.profiles ?? catalogue.name;
  writeFileSync(out, JSON.stringify(resultOf(catalogue, tuned, source, latencyMs), null, 2));
  if (figure !== undefined) writeFileSync(figure, await renderSvg(tuneFigure(tuned)('wide')));
  console.log(
    options.json
      ? JSON.stringify({ source, latencyMs, models: tuned }, null, 2)
      : [tableOf(tuned), ...verdict(tuned, latencyMs), `wrote ${shortPath(out)}`].join('\n'),
  );
}

function chosenOf({ name: catalogue, models }: Catalogue, names: readonly string[]) {
  const unknown = names.find((name) => !models.some((model) => model.name === name));
  if (unknown !== undefined) {
    const known = models.map(({ name }) => name).join(', ');
    throw new Error(`catalogue "${catalogue}" has no model "${unknown}", only ${known}`);
  }
  return names.length === 0 ? models : models.filter(({ name }) => names.includes(name));
}

function resultOf(
  { name, models }: Catalogue,
  tuned: readonly TunedModel[],
  source: string,
  latencyMs: number,
): Tuned {
  const entries = tuned.map(({ name: model, best: { memoryMb } }) => {
    const { sha256 } = models.find((it) => it.name === model) as CatalogueModel;
    return [model, { memoryMb, sha256 }];
  });
  return { catalogue: name, source, latencyMs, models: Object.fromEntries(entries) };
}

function tableOf(tuned: readonly TunedModel[]): string {
  const head = ['model', '', 'MB', 'mean ms', 'p95 ms', '$ a million'];
  const table = plainTable(head, { textColumns: 2, compact: true });
  for (const { name, options, best, isWithin } of tuned) {
    for (const option of options) {
      const mark = option === best ? (isWithin ? 'cheapest' : 'fastest') : '';
      table.push([
        ...[option === options[0] ? name : '', mark, option.memoryMb],
        ...[option.meanMs.toFixed(1), option.p95Ms.toFixed(1), option.usdPerMillion.toFixed(2)],
      ]);
    }
  }
  return table.toString();
}

function verdict(tuned: readonly TunedModel[], latencyMs: number): string[] {
  const late = tuned.filter(({ isWithin }) => !isWithin).map(({ name }) => name);
  if (late.length === 0) return [];
  return [`With no memory do 95 % answer within ${latencyMs} ms: ${late.join(', ')}`];
}
