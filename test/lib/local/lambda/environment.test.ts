import { rmSync } from 'node:fs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnvironmentPool } from '../../../../lib/local/lambda/environment-pool.ts';
import { LambdaInvocation } from '../../../../lib/local/lambda/invocation.ts';
import { TooManyRequestsError } from '../../../../lib/local/shared/errors.ts';
import { SessionTokens } from '../../../../lib/local/shared/session-tokens.ts';
import { readFunctions } from '../../../../lib/local/template/functions.ts';
import { readStack } from '../../../../lib/local/template/stack.ts';
import { synthesizeFixture } from '../fixture/app.ts';
import { type RunningFixture, runFixture, until } from '../fixture/running.ts';

let dir: string;
let fixture: RunningFixture;

beforeAll(async () => {
  dir = synthesizeFixture();
  fixture = await runFixture(dir, { maxEnvironments: 3, environment: { EXTRA: 'for all' } });
});

afterAll(async () => {
  await fixture?.assembly.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a buffered function', () => {
  it('gets its event and returns its result', async () => {
    const { error, payload } = await fixture.invoke('Behave', { do: 'return', n: 1 });
    expect(error).toBeUndefined();
    expect(payload.event).toEqual({ do: 'return', n: 1 });
    expect(payload.arn).toBe(
      `arn:aws:lambda:us-east-1:000000000000:function:${fixture.functionName('Behave')}`,
    );
    expect(payload.remainingMs).toBeGreaterThan(0);
    expect(payload.remainingMs).toBeLessThanOrEqual(60_000);
  });

  it("has Lambda's variables, the template's and the extra ones, and none of the runner's", async () => {
    process.env.SECRET_OF_THE_RUNNER = 'x';
    const { env } = (await fixture.invoke('Behave', {})).payload;
    expect(env).toMatchObject({
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '200',
      AWS_LAMBDA_FUNCTION_NAME: fixture.functionName('Behave'),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_ENDPOINT_URL_LAMBDA: fixture.assembly.invokeUrl,
      AWS_ENDPOINT_URL_DYNAMODB: fixture.assembly.dynamodbUrl,
      AWS_REGION: 'us-east-1',
      EXTRA: 'for all',
      STACK: 'Fixture',
    });
    expect(env.TABLE_ARN).toBe(`arn:aws:dynamodb:us-east-1:000000000000:table/${env.TABLE}`);
    expect(env.SECRET_OF_THE_RUNNER).toBeUndefined();
  });

  it('gets {} for no payload', async () => {
    const { Payload } = await fixture.lambda.send(
      new InvokeCommand({ FunctionName: fixture.functionName('Behave') }),
    );
    expect(JSON.parse(Buffer.from(Payload ?? []).toString()).event).toEqual({});
  });

  it('runs from inline code too', async () => {
    expect((await fixture.invoke('Inline', {})).payload).toBe('inline');
  });

  it('writes to the log', async () => {
    await fixture.invoke('Behave', { do: 'log' });
    const of = (stream: string) => () =>
      fixture.log.some(
        (entry) => entry.stream === stream && /to (the log|stderr)/.test(entry.line),
      );
    await until(of('stdout'), 'a line of stdout');
    await until(of('stderr'), 'a line of stderr');
  });
});

describe('a failing function', () => {
  const cases: [string, string, unknown, object][] = [
    ['throws', 'Behave', { do: 'throw' }, { errorType: 'RangeError', errorMessage: 'as asked' }],
    [
      'exits with a code',
      'Behave',
      { do: 'exit', code: 7 },
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Runtime exited with error: exit status 7$/,
        ),
      },
    ],
    [
      'exits without one',
      'Behave',
      { do: 'exit', code: 0 },
      { errorMessage: expect.stringContaining('Runtime exited without providing a reason') },
    ],
    [
      'is killed',
      'Behave',
      { do: 'kill' },
      { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: SIGKILL') },
    ],
    [
      'takes too long',
      'Hasty',
      { do: 'sleep', ms: 600_000 },
      {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
        ),
      },
    ],
    ['blocks its thread', 'Hasty', { do: 'spin' }, { errorType: 'Sandbox.Timedout' }],
    ['takes too much memory', 'Reserved', { do: 'hog' }, { errorType: 'Runtime.OutOfMemory' }],
    [
      'returns too much',
      'Behave',
      { do: 'big', bytes: 7_000_000 },
      { errorType: 'Function.ResponseSizeTooLarge' },
    ],
    [
      'throws at import',
      'Broken',
      {},
      { errorType: 'TypeError', errorMessage: 'broken at import' },
    ],
    ['has no handler', 'NoHandler', {}, { errorType: 'Runtime.HandlerNotFound' }],
  ];

  it.each(cases)('that %s is reported as Lambda does', async (_, constructId, event, expected) => {
    const { error, payload } = await fixture.invoke(constructId, event);
    expect(error).toBe('Unhandled');
    expect(payload).toMatchObject(expected);
  });

  it('is tried anew in a fresh environment after it could not initialise', async () => {
    const of = async () => (await fixture.invoke('Broken', {})).payload.errorType;
    expect([await of(), await of()]).toEqual(['TypeError', 'TypeError']);
  });

  it('serves the next request', async () => {
    await fixture.invoke('Behave', { do: 'exit', code: 1 });
    expect((await fixture.invoke('Behave', { ok: true })).payload.event).toEqual({ ok: true });
  });
});

describe('scaling', () => {
  const pidsOf = (count: number, constructId: string, ms: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const { payload } = await fixture.invoke(constructId, { do: 'sleep', ms });
        return payload.pid as number;
      }),
    );

  it('starts an environment for each request at the same time, up to the cap; then they queue', async () => {
    const pids = await pidsOf(5, 'Behave', 100);
    expect(new Set(pids).size).toBe(3);
    const behave = fixture.functionName('Behave');
    const running = fixture.assembly.functions.find(({ name }) => name === behave);
    expect(running?.pids).toHaveLength(3);
  });

  it('throttles at once over the reserved concurrency', async () => {
    // Of several that arrive together one is served, whichever comes first.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () => fixture.invoke('Reserved', { do: 'sleep', ms: 1_000 })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') expect(outcome.value.error).toBeUndefined();
      else {
        expect(outcome.reason).toMatchObject({
          name: 'TooManyRequestsException',
          $metadata: { httpStatusCode: 429 },
        });
      }
    }
  });
});

describe('a function that is throttled', () => {
  it('answers 429 until it is not, though it has environments to spare', async () => {
    const name = fixture.functionName('Inline');
    const inline = fixture.assembly.functions.find((fn) => fn.name === name);
    if (!inline) throw new Error('unreachable');
    await fixture.invoke('Inline', {});
    inline.isThrottled = true;
    expect(inline.isThrottled).toBe(true);
    await expect(fixture.invoke('Inline', {})).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
    inline.isThrottled = false;
    expect((await fixture.invoke('Inline', {})).payload).toBe('inline');
  });
});

/** A pool for one of the fixture's functions. */
function poolOf(
  constructId: string,
  most: number,
  { atOnce = most, ...waits }: { atOnce?: number; returnMs?: number; stallMs?: number } = {},
): EnvironmentPool {
  const name = fixture.functionName(constructId);
  const fn = readFunctions(readStack(dir), []).find((candidate) => candidate.name === name);
  if (!fn) throw new Error(`no function ${constructId}`);
  const endpoints = { lambda: fixture.assembly.invokeUrl, dynamodb: '', s3: '' };
  const settings = { endpoints, variables: {}, onLog: undefined, tokens: new SessionTokens() };
  return new EnvironmentPool(fn, settings, { atOnce, most }, waits);
}

describe('a pool of environments', () => {
  it('uses an environment again while one request follows another', async () => {
    const pool = poolOf('Behave', 3, { returnMs: 60_000 });
    const call = async () => {
      const invocation = new LambdaInvocation(Buffer.from('{}'));
      await pool.invoke(invocation);
      return JSON.parse((await invocation.answered).payload.toString());
    };
    const first = await call();
    const second = await call();
    expect(second.pid).toBe(first.pid);
    expect(second.invocations).toBe(first.invocations + 1);
    expect(second.requestId).not.toBe(first.requestId);
    await pool.close();
  });

  it('lets a request wait for a while, then throttles it', async () => {
    const pool = poolOf('Inline', 1);
    const [first, second, third] = [1, 2, 3].map(() => new LambdaInvocation(Buffer.from('{}')));
    if (!first || !second || !third) throw new Error('unreachable');
    await pool.invoke(first);
    await expect(pool.invoke(second, 0)).rejects.toThrow(TooManyRequestsError);
    await pool.invoke(third);
    expect((await third.answered).payload.toString()).toBe('"inline"');
    await pool.close();
    await expect(pool.invoke(second)).rejects.toThrow(TooManyRequestsError);
  });
});

describe('environments that the machine has no processor for', () => {
  const invoke = async (pool: EnvironmentPool, event: object) => {
    const invocation = new LambdaInvocation(Buffer.from(JSON.stringify(event)));
    await pool.invoke(invocation);
    return invocation.answered;
  };

  it('are not started while the others come back', async () => {
    const pool = poolOf('Behave', 4, { atOnce: 1, stallMs: 60_000 });
    await Promise.all(Array.from({ length: 6 }, () => invoke(pool, { do: 'sleep', ms: 10 })));
    expect(pool.pids).toHaveLength(1);
    await pool.close();
  });

  it('are started when the others hang', async () => {
    const pool = poolOf('Behave', 4, { atOnce: 1, stallMs: 100 });
    void invoke(pool, { do: 'sleep', ms: 60_000 });
    expect((await invoke(pool, {})).failed).toBe(false);
    expect(pool.pids).toHaveLength(2);
    await pool.close();
  });
});

describe('lanes', () => {
  const sleeping = () => new LambdaInvocation(Buffer.from('{"do":"sleep","ms":60000}'));
  const quick = () => new LambdaInvocation(Buffer.from('{}'));

  it('leave an environment to the others, however many requests of one hang', async () => {
    const pool = poolOf('Behave', 4);
    for (let i = 0; i < 3; i++) await pool.invoke(sleeping(), 0, 'POST /infer');
    const fourth = pool.invoke(sleeping(), 0, 'POST /infer');
    await expect(fourth).rejects.toThrow(TooManyRequestsError);
    for (let i = 0; i < 3; i++) {
      const health = quick();
      await pool.invoke(health, 10_000, 'GET /health');
      expect((await health.answered).failed).toBe(false);
    }
    await pool.close();
  });

  it('are served again when one of theirs has answered', async () => {
    const pool = poolOf('Inline', 2);
    const [first, second] = [quick(), quick()];
    await pool.invoke(first, 0, 'a');
    // It waits, though one of two environments was never started.
    await pool.invoke(second, 10_000, 'a');
    expect((await second.answered).payload.toString()).toBe('"inline"');
    expect(pool.pids).toHaveLength(1);
    await pool.close();
  });

  it('have even the last environment of a reserved concurrency', async () => {
    const pool = poolOf('Reserved', 3);
    const only = quick();
    await pool.invoke(only, 0, 'a');
    expect((await only.answered).failed).toBe(false);
    await pool.close();
  });
});

describe('what a function sees', () => {
  it('is its layer, and not what the project around it has', async () => {
    expect((await fixture.invoke('Layered', {})).payload).toEqual({
      greeting: 'hello from the layer',
      data: 'layer data',
      project: 'MODULE_NOT_FOUND',
      dependency: 'MODULE_NOT_FOUND',
    });
  });

  it('is the SDK, and no layer, for an ES module', async () => {
    expect((await fixture.invoke('Modern', {})).payload).toEqual({
      sdk: 'function',
      layer: 'ERR_MODULE_NOT_FOUND',
    });
  });
});
