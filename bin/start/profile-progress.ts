import cliProgress from 'cli-progress';
import { type ProfilerLog, parseProfilerLog } from '../../lib/service/profiles/profiler-log.ts';

const format = 'Profiling {bar} {percentage} % | {done} of {count} models | {model}';

/** A progress bar over all models, fed with the profiler's log lines. Silent where nobody watches. */
export class ProfileProgress {
  readonly #bar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true, noTTYOutput: false },
    cliProgress.Presets.shades_classic,
  );
  readonly #shares: Map<string, number>;

  constructor(models: readonly string[]) {
    this.#shares = new Map(models.map((model) => [model, 0]));
    this.#bar.start(models.length, 0, { done: 0, count: models.length, model: '' });
  }

  /** Moves the bar if a log line is the profiler's, and says whether it was. */
  take(line: string): boolean {
    const entry = parseProfilerLog(line);
    if (!entry) return false;
    this.#shares.set(entry.model, shareOf(entry));
    const shares = [...this.#shares.values()];
    const sum = shares.reduce((total, share) => total + share, 0);
    const done = shares.filter((share) => share === 1).length;
    this.#bar.update(sum, { done, model: entry.model });
    return true;
  }

  stop(): void {
    this.#bar.stop();
  }
}

function shareOf(entry: ProfilerLog): number {
  // Only profile-done and profile-kept complete a model.
  return entry.event === 'profile-progress' ? Math.min(0.99, entry.share) : 1;
}
