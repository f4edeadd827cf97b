import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ownWords } from '../../../functions/profiler/own-words.ts';

const lambda = mockClient(LambdaClient);
const client = new LambdaClient({ region: 'local' });
beforeEach(() => {
  lambda.reset();
});
afterAll(() => lambda.restore());

const exitError = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'RequestId: r Error: Runtime exited with error: exit status 1',
};
const fails = (log: readonly (string | object)[], payload: object = exitError) =>
  lambda.on(InvokeCommand).resolves({
    FunctionError: 'Unhandled',
    Payload: Buffer.from(JSON.stringify(payload)) as never,
    LogResult: Buffer.from(
      log.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    ).toString('base64'),
  });
const words = () => ownWords(client, 'fn:7', '{}');

describe('what a function that does not start says', () => {
  it('is in its log, where Lambda says no more than that it has ended', async () => {
    fails([
      { type: 'platform.initStart', record: {} },
      {
        level: 'ERROR',
        message: { errorType: 'ModelFileError', errorMessage: 'model "m" has\n5 bytes', stack: [] },
      },
      { level: 'INFO', message: 'irrelevant' },
      { type: 'platform.report' },
    ]);
    expect(await words()).toBe(
      `ModelFileError: model "m" has 5 bytes; Runtime.ExitError: ${exitError.errorMessage}`,
    );
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
      FunctionName: 'fn:7',
      Payload: '{}',
      LogType: 'Tail',
    });
  });

  it('may be plain text, as of native code', async () => {
    fails([
      'INIT_START Runtime',
      'terminate called: std::bad_alloc',
      'START RequestId: r',
      'END r',
    ]);
    expect(await words()).toMatch(/^terminate called: std::bad_alloc; Runtime\.ExitError/);
  });

  it('is a message that was logged as an error', async () => {
    fails([{ level: 'FATAL', message: 'cannot go on' }]);
    expect(await words()).toMatch(/^cannot go on; /);
  });

  it('is not said twice', async () => {
    const error = { errorType: 'Error', errorMessage: 'no model' };
    fails([{ level: 'ERROR', ...error }], error);
    expect(await words()).toBe('Error: no model');
  });

  it('is the end of it, where it is long', async () => {
    fails(Array.from({ length: 100 }, (_, i) => `line ${i} of many`));
    const said = (await words()) ?? '';
    expect(said).toHaveLength(1_000);
    expect(said).toContain('line 99');
  });

  it('is at least the kind of the error', async () => {
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled' });
    expect(await words()).toBe('Unhandled');
  });

  it('is nothing when it works this time, or cannot be called', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 200 });
    expect(await words()).toBeUndefined();
    lambda.on(InvokeCommand).rejects(new Error('throttled'));
    expect(await words()).toBeUndefined();
  });
});
