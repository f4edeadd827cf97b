import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkSelector, SelectorError } from '../../../functions/profiler/check-selector.ts';

const lambda = mockClient(LambdaClient);
const client = new LambdaClient({ region: 'local' });
const baselines = { hasAnswered: vi.fn(async () => false), answered: vi.fn(async () => {}) };
beforeEach(() => {
  lambda.reset();
  vi.clearAllMocks();
  baselines.hasAnswered.mockResolvedValue(false);
});
afterAll(() => lambda.restore());

const answers = (answer: object) => ({ Payload: Buffer.from(JSON.stringify(answer)) as never });
const check = (untilMs = Number.POSITIVE_INFINITY) =>
  checkSelector({
    ...{ lambda: client, baselines, version: 'selector:3', untilMs },
    pause: async () => {},
  });

describe('a new version of the selector', () => {
  it('is asked for its health as the gateway would ask, and remembered', async () => {
    lambda.on(InvokeCommand).resolves(answers({ statusCode: 200 }));
    await check();
    const { FunctionName, Payload } = lambda.commandCalls(InvokeCommand)[0]?.args[0].input ?? {};
    expect(FunctionName).toBe('selector:3');
    expect(JSON.parse(String(Payload))).toMatchObject({
      version: '2.0',
      routeKey: 'GET /v1/health',
      rawPath: '/v1/health',
      requestContext: { http: { method: 'GET', path: '/v1/health' } },
    });
    expect(baselines.answered).toHaveBeenCalledWith('selector:3');
  });

  it('that has answered before is not called: it cannot fail a deployment that goes back to it', async () => {
    baselines.hasAnswered.mockResolvedValue(true);
    lambda.on(InvokeCommand).rejects(new Error('no'));
    await check();
    expect(baselines.hasAnswered).toHaveBeenCalledWith('selector:3');
    expect(lambda.calls()).toHaveLength(0);
  });

  it('that does not start fails the deployment with its own error', async () => {
    const errorMessage = 'environment variable MDI_FEEDBACK_WEIGHT: must be above 0';
    lambda.on(InvokeCommand).resolves({
      FunctionError: 'Unhandled',
      ...answers({ errorType: 'Error', errorMessage }),
    });
    await expect(check()).rejects.toThrow(
      new SelectorError(`the new selector does not start: Error: ${errorMessage}`),
    );
    expect(baselines.answered).not.toHaveBeenCalled();
  });

  it.each([{ statusCode: 500, body: '{"detail":"oops"}' }, { message: 'no answer of ours' }])(
    'that answers %j fails the deployment with that',
    async (answer) => {
      lambda.on(InvokeCommand).resolves(answers(answer));
      await expect(check()).rejects.toThrow(JSON.stringify(answer));
    },
  );

  it('is called again while it is throttled, and the reason is told when that does not end', async () => {
    const busy = Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
    lambda
      .on(InvokeCommand)
      .rejectsOnce(busy)
      .resolves(answers({ statusCode: 200 }));
    await check();
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(2);

    lambda.reset();
    lambda.on(InvokeCommand).rejects(busy);
    await expect(check(performance.now())).rejects.toThrow(
      'the new selector cannot be called: TooManyRequestsException: Rate Exceeded.',
    );
  });
});
