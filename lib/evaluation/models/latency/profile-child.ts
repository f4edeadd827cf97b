/* The process in which a model is measured; see profile.ts. */
import { readFileSync } from 'node:fs';
import { inputBytes } from '../../../core/preprocessing/preprocessing.ts';
import { distributionOf } from '../../../core/statistics/histogram.ts';
import { Classifier } from '../../../service/inference/classifier.ts';
import { measure, type Progress } from '../../../service/profiles/measure.ts';
import { deviationMs, meanMs } from '../../../service/profiles/statistics.ts';
import type { ModelProfile, ProfileMessage, ProfileTask } from './profile.ts';

// Nobody is listening any more: the work is done, or the parent has ended.
process.once('disconnect', () => process.exit());
process.once('message', (task: ProfileTask) => {
  profile(task).then(
    (result) => tell({ kind: 'done', profile: result }),
    (error: Error) => tell({ kind: 'failed', reason: error.message }),
  );
});

async function profile(task: ProfileTask): Promise<ModelProfile> {
  const { model, catalogue, threads, settings } = task;
  const startMs = performance.now();
  const classifier = await Classifier.load(task);
  const loadMs = performance.now() - startMs;

  const { dtype } = catalogue.input;
  const grey = new Uint8Array(inputBytes(catalogue.input)).fill(dtype === 'uint8' ? 128 : 0);
  const run = async () => {
    const { runMs } = await classifier.classifyTensor(grey);
    return { serviceMs: runMs, coldStart: false };
  };
  const { statistics } = await measure(run, settings, atMost10Hz(tellProgress));
  const { quantileUs } = distributionOf(statistics.histogram);
  return {
    model: model.name,
    threads,
    runs: Number(statistics.n),
    meanMs: meanMs(statistics) ?? 0,
    stdMs: deviationMs(statistics) ?? 0,
    p50Ms: quantileUs(0.5) / 1000,
    p95Ms: quantileUs(0.95) / 1000,
    p99Ms: quantileUs(0.99) / 1000,
    loadMs,
    memoryMb: peakMemoryBytes() / 1e6,
  };
}

function tellProgress({ share }: Progress): void {
  tell({ kind: 'progress', share });
}

function tell(message: ProfileMessage): void {
  if (message.kind === 'progress') process.send?.(message);
  // After the last message the channel closes, which ends the process.
  else process.send?.(message, () => process.disconnect());
}

/** A message costs about as much as a run of a small model. */
function atMost10Hz(report: (progress: Progress) => void): (progress: Progress) => void {
  let lastMs = 0;
  return (progress) => {
    if (performance.now() - lastMs < 100) return;
    lastMs = performance.now();
    report(progress);
  };
}

/** On Linux the maximum of getrusage is inherited from the parent; /proc has the process's own. */
function peakMemoryBytes(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1024 * (kibibytes ? Number(kibibytes) : process.resourceUsage().maxRSS);
}
