import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { MdInferenceError } from '../../lib/core/errors.ts';
import type { Baselines } from '../../lib/service/profiles/baselines.ts';
import { attempts, type Patience } from './attempts.ts';
import { wordsOf } from './own-words.ts';

/** A new version of the selector does not work: the deployment fails with this message. */
export class SelectorError extends MdInferenceError {
  override readonly name = 'SelectorError';
}

/** What {@link checkSelector} works with. */
export interface SelectorCheck extends Patience {
  /** Whose attempts are single. */
  readonly lambda: LambdaClient;
  readonly baselines: Pick<Baselines, 'hasAnswered' | 'answered'>;
  /** ARN of the version. */
  readonly version: string;
}

const path = '/v1/health';

/** What API Gateway sends for `GET /v1/health`, as far as the selector looks (payload format 2.0). */
const healthEvent = {
  version: '2.0',
  routeKey: `GET ${path}`,
  rawPath: path,
  rawQueryString: '',
  headers: {},
  requestContext: {
    requestId: 'deployment',
    routeKey: `GET ${path}`,
    stage: '$default',
    http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
  },
  isBase64Encoded: false,
};

/**
 * Calls a version of the selector before callers reach it: one that cannot start, because a setting or a permission
 * is wrong, would fail every request. One that has answered before is not called again, so that it cannot fail a
 * deployment that goes back to it.
 *
 * @throws {@link SelectorError} with the selector's own error, or the reason why it could not be called
 */
export async function checkSelector(check: SelectorCheck): Promise<void> {
  const { lambda, baselines, version } = check;
  if (await baselines.hasAnswered(version)) return;
  const call = new InvokeCommand({
    FunctionName: version,
    Payload: JSON.stringify(healthEvent),
    LogType: 'Tail',
  });
  const { result } = await attempts(() => lambda.send(call), check).catch((error: Error) => {
    const reason = `${error.name}: ${error.message}`;
    throw new SelectorError(`the new selector cannot be called: ${reason}`, { cause: error });
  });
  if (result.FunctionError) {
    throw new SelectorError(`the new selector does not start: ${wordsOf(result)}`);
  }
  const answer = Buffer.from(result.Payload ?? []).toString();
  const { statusCode } = JSON.parse(answer) as { statusCode?: number };
  if (statusCode !== 200) {
    throw new SelectorError(`the new selector answers ${path} with ${answer.slice(0, 500)}`);
  }
  await baselines.answered(version);
}
