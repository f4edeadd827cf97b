import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import sharp from 'sharp';
import type { LabelledAnswer } from '../../../lib/core/statistics/reliability.ts';
import {
  reliabilityOf,
  rightAlongside,
} from '../../../lib/evaluation/models/accuracy/certainty.ts';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../../../lib/shapes/generate.ts';
import { encodeJpeg } from '../../../lib/shapes/jpeg.ts';
import { classify, openModel } from './classify.ts';
import { deviceModel, ladder, modelFile } from './ladder.ts';
import { onceAMinute } from './progress.ts';
import { type Accuracy, updateReport } from './report.ts';
import { decodeJpeg } from './through-jpeg.ts';

/** One worker's share of the test: images first, first + step, ... below count. */
interface Share {
  readonly models: readonly string[];
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** What every model answered for one image. */
interface Answer {
  readonly label: number;
  readonly difficulty: number;
  readonly answers: readonly { readonly index: number; readonly score: number }[];
}

const usage =
  'usage: evaluate.ts [--seed NUMBER] [--count NUMBER] [--threads NUMBER] [MODEL ...]\n' +
  'Measures top-1 on held-out images through JPEG and onnxruntime-node; writes accuracy.json.';

async function evaluate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      // Training uses the seeds 1 to 4, the sample images 2000.
      seed: { type: 'string', default: '1000' },
      count: { type: 'string', default: '10000' },
      threads: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const models = positionals.length > 0 ? positionals : ladder;
  const [seed, count, threads] = [values.seed, values.count, values.threads].map(Number);
  if (!seed || !count || !threads) {
    console.error(usage);
    process.exit(2);
  }

  const bar = new SingleBar({
    format: 'evaluating [{bar}] {value}/{total}, {eta_formatted} left',
    ...onceAMinute,
  });
  bar.start(count, 0);
  const answers: Answer[] = [];
  const workers = Array.from({ length: threads }, (_, first) => {
    const share: Share = { models, seed, first, step: threads, count };
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', (answer: Answer) => {
      answers.push(answer);
      bar.increment();
    });
    return once(worker, 'exit');
  });
  await Promise.all(workers);
  bar.stop();

  const command = 'node models/shapes/training/evaluate.ts';
  for (const [i, name] of models.entries()) {
    const accuracy = summarise(seed, answers, i, models.indexOf(deviceModel));
    updateReport('accuracy.json', command, name, accuracy);
    console.log(`${name}: ${((accuracy.correct / accuracy.images) * 100).toFixed(2)} %`);
  }
}

function summarise(
  seed: number,
  answers: readonly Answer[],
  model: number,
  device: number,
): Accuracy {
  const byDifficulty = Array.from({ length: 10 }, () => ({ images: 0, correct: 0 }));
  const confusion = shapeLabels.map(() => shapeLabels.map(() => 0));
  let correct = 0;
  for (const { label, difficulty, answers: given } of answers) {
    const answer = given[model]?.index ?? -1;
    const hit = answer === label ? 1 : 0;
    correct += hit;
    const bin = byDifficulty[Math.floor(difficulty * 10)];
    if (bin) {
      bin.images++;
      bin.correct += hit;
    }
    const row = confusion[label];
    if (row) row[answer] = (row[answer] ?? 0) + 1;
  }
  const own = labelled(answers, model);
  return {
    ...{ seed, images: answers.length, correct, byDifficulty, confusion },
    reliability: reliabilityOf(own),
    ...(device >= 0 && { rightAlongsideDevice: rightAlongside(labelled(answers, device), own) }),
  };
}

function labelled(answers: readonly Answer[], model: number): LabelledAnswer[] {
  return answers.map(({ label, answers: given }) => {
    const { index, score } = given[model] ?? { index: -1, score: 0 };
    return { score, isRight: index === label };
  });
}

async function answerShare({ models, seed, first, step, count }: Share): Promise<void> {
  sharp.concurrency(1);
  const sessions = await Promise.all(models.map((name) => openModel(modelFile(name))));
  for (let index = first; index < count; index += step) {
    const { pixels, labelIndex, difficulty } = generateImage({ seed, index });
    const decoded = await decodeJpeg(await encodeJpeg(pixels, imageSize));
    const answers: { index: number; score: number }[] = [];
    for (const session of sessions) answers.push(await classify(session, decoded));
    parentPort?.postMessage({ label: labelIndex, difficulty, answers } satisfies Answer);
  }
}

if (isMainThread) await evaluate();
else await answerShare(workerData as Share);
