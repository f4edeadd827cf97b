import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { maxSlaMs } from '../../lib/core/contract/limits.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { inferResponseSchema, timeResponseSchema } from '../../lib/core/contract/schemas.ts';
import { contentTypeOf } from '../shared/content-type.ts';
import { numberBetween } from '../shared/options.ts';
import { plainTable } from '../shared/output.ts';
import { fetchJson } from '../shared/service.ts';
import { serviceAddress } from '../shared/service-address.ts';

interface ClassifyOptions {
  readonly url: string;
  readonly sla?: number;
  readonly json?: true;
}

/** `mdi classify IMAGE`: one request, printed for people. */
export function addClassifyCommand(program: Command): void {
  program
    .command('classify')
    .description('classify an image and show which model answered, and why')
    .argument('<image>', 'a JPEG, PNG or WebP file, or a raw tensor')
    .option('--sla <ms>', 'answer within this many ms', numberBetween(0.001, maxSlaMs))
    .option('--url <url>', 'the service', serviceAddress, 'http://127.0.0.1:8787')
    .option('--json', 'print the whole answer as JSON')
    .action(async (image: string, options: ClassifyOptions) => {
      const answer = await classify(image, options);
      console.log(options.json ? JSON.stringify(answer, null, 2) : describe(answer));
    });
}

async function classify(image: string, { url, sla }: ClassifyOptions): Promise<InferResponse> {
  const body = await readFile(image).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${image}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  const contentType = contentTypeOf(image);
  const offsetMs = await serverClockOffsetMs(url);
  const response = await fetchJson(`${url}/v1/infer`, {
    method: 'POST',
    body,
    headers: {
      'content-type': contentType,
      'mdi-upload-start': (Date.now() + offsetMs).toFixed(3),
      ...(sla !== undefined && { 'mdi-sla-ms': String(sla) }),
    },
  });
  return inferResponseSchema.parse(response);
}

/** How far the server's clock is ahead of ours in ms, from one exchange. */
async function serverClockOffsetMs(url: string): Promise<number> {
  const sentMs = Date.now();
  const { epochMs } = timeResponseSchema.parse(await fetchJson(`${url}/v1/time`));
  return epochMs - (sentMs + Date.now()) / 2;
}

function describe({ model, predictions, timing, selection }: InferResponse): string {
  const labels = plainTable(['label', 'score', ''], { textColumns: 3, compact: true });
  for (const { label, score } of predictions) {
    labels.push([label, `${(100 * score).toFixed(1)} %`, '█'.repeat(Math.round(30 * score))]);
  }
  const eligible = selection.eligible
    .map((entry) => `${entry.model} ${(100 * entry.probability).toFixed(0)} %`)
    .join(', ');
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const failed = selection.failed ?? [];
  const others = (selection.asked ?? [])
    .filter((name) => name !== model.name)
    .map((name) => (failed.includes(name) ? `${name} (failed)` : name));
  const start = timing.startMs === undefined ? '' : ` - own start ${ms(timing.startMs)}`;
  return [
    labels.toString(),
    `model     ${model.name} (top-1 ${model.accuracyPct} %)${timing.coldStart ? ', cold start' : ''}`,
    `eligible  ${eligible}, by ${selection.strategy}; base model ${selection.baseModel}`,
    ...(others.length > 0 ? [`asked too ${others.join(', ')}`] : []),
    `budget    ${ms(timing.budgetMs)} = SLA ${ms(timing.slaMs)} - network 2 x ${ms(timing.inputMs)}${start} (${timing.source})`,
    `took      ${ms(timing.serviceMs)} of model service, ${ms(timing.serverMs)} on the server`,
  ].join('\n');
}
