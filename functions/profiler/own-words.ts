import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';

/** CloudFormation takes 4 KB, with what the provider framework adds. */
const longest = 1_000;

/**
 * What a function that fails says of it: the error of its runtime, and the errors in the end of its log. Lambda
 * often reports no more of a function that cannot start than that its process has ended.
 *
 * @param payload - the event that it has failed with, in JSON
 * @returns undefined when it does not fail this time, or cannot be called
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-LogType
 */
export async function ownWords(
  lambda: LambdaClient,
  functionName: string,
  payload: string,
): Promise<string | undefined> {
  try {
    const output = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: payload, LogType: 'Tail' }),
    );
    return output.FunctionError ? wordsOf(output) : undefined;
  } catch {
    return undefined;
  }
}

/** What a failed call of a function says, in one line. */
export function wordsOf({
  FunctionError,
  Payload,
  LogResult,
}: Pick<InvokeCommandOutput, 'FunctionError' | 'Payload' | 'LogResult'>): string {
  const reported = errorIn(Buffer.from(Payload ?? []).toString());
  const logged = errorsInLog(Buffer.from(LogResult ?? '', 'base64').toString());
  const words = new Set([...logged, ...(reported ? [reported] : [])]);
  return [...words].join('; ').slice(-longest) || String(FunctionError);
}

/** The errors in a log, one line each: of Lambda's JSON format, else whatever is not Lambda's own. */
function errorsInLog(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const text = line.trim();
    if (!text.startsWith('{')) return isOfLambda(text) ? [] : [text];
    return errorIn(text) ?? [];
  });
}

const isOfLambda = (line: string) =>
  line === '' || /^(START|END|REPORT|INIT_START|INIT_REPORT|XRAY) /.test(line);

/** The error that a line of JSON holds: what a runtime reports, or an entry of its log. */
function errorIn(json: string): string | undefined {
  try {
    const entry = JSON.parse(json) as Entry;
    const inner = typeof entry.message === 'object' ? (entry.message ?? {}) : entry;
    if (inner.errorMessage !== undefined) {
      return oneLine(`${inner.errorType ?? 'Error'}: ${inner.errorMessage}`);
    }
    const isError = entry.level === 'ERROR' || entry.level === 'FATAL';
    return isError && typeof entry.message === 'string' ? oneLine(entry.message) : undefined;
  } catch {
    return undefined;
  }
}

interface ErrorFields {
  readonly errorType?: string;
  readonly errorMessage?: string;
}

interface Entry extends ErrorFields {
  readonly level?: string;
  readonly message?: string | ErrorFields | null;
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
