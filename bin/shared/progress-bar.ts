import cliProgress from 'cli-progress';

/** A progress bar on standard error that is gone when it is done. Silent where nobody watches. */
export function progressBar(what: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    format: `{bar} {percentage} % | {value} of {total} ${what}`,
    clearOnComplete: true,
    stream: process.stderr,
  });
}
