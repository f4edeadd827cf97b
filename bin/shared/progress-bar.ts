import cliProgress from 'cli-progress';

/** A progress bar on standard error that disappears when it is done; silent without a terminal. */
export function progressBar(what: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    format: `{bar} {percentage} % | {value} of {total} ${what}`,
    clearOnComplete: true,
    stream: process.stderr,
  });
}
