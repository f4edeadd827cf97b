import { rmSync } from 'node:fs';
import { InvokeCommand, InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesizeFixture } from '../fixture/app.ts';
import { isRunning, type RunningFixture, runFixture, until } from '../fixture/running.ts';

let dir: string;
let fixture: RunningFixture;

beforeAll(async () => {
  dir = synthesizeFixture();
  fixture = await runFixture(dir);
});

afterAll(async () => {
  await fixture?.assembly.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a streamed function', () => {
  it('is handed on chunk by chunk', async () => {
    const events = await fixture.stream('Stream', { parts: ['one', 'two'], everyMs: 20 });
    expect(events.map(({ text }) => text)).toEqual(['one', 'two', undefined]);
    expect(events.at(-1)?.complete).toEqual({});
  });

  it('completes when its runtime has posted the response, not after the work behind it', async () => {
    // The work ends with the function's timeout, a minute later.
    const [payload, complete] = await fixture.stream('Stream', { parts: ['x'], workMs: 600_000 });
    expect(payload?.text).toBe('x');
    expect(complete?.complete).toEqual({});
    const pids = fixture.assembly.functions.flatMap((fn) => fn.pids);
    expect(pids.filter(isRunning)).toEqual(pids);
  });

  it('answers a buffered Invoke with the whole payload', async () => {
    const { payload } = await fixture.invoke('Stream', { parts: ['[1', ',2', ']'] });
    expect(payload).toEqual([1, 2]);
  });

  it('may be larger than 6 MB', async () => {
    const events = await fixture.stream('Stream', { bytes: 7_000_000 });
    expect(events.reduce((sum, { text }) => sum + (text?.length ?? 0), 0)).toBe(7_000_000);
  });

  it.each([
    ['throws', 'in the middle'],
    ['exits', 'exit status 3'],
  ])('that %s in the middle says so at the end', async (how, message) => {
    const behaviour = how === 'throws' ? 'throw' : 'exit';
    const events = await fixture.stream('Stream', { parts: ['some'], everyMs: 20, do: behaviour });
    expect(events[0]?.text).toBe('some');
    expect(events.at(-1)?.complete?.ErrorCode).toBe('Unhandled');
    expect(events.at(-1)?.complete?.ErrorDetails).toContain(message);
  });

  it('that works on past its timeout has answered, and is ended', async () => {
    const events = await fixture.stream('HastyStream', { parts: ['x'], workMs: 600_000 });
    expect(events.map(({ text }) => text)).toEqual(['x', undefined]);
    const hasty = fixture.assembly.functions.find(
      ({ name }) => name === fixture.functionName('HastyStream'),
    );
    await until(() => hasty?.pids.length === 0, 'the end of the environment');
  });

  it('streams a buffered function too', async () => {
    const events = await fixture.stream('Behave', { n: 2 });
    expect(JSON.parse(events.map(({ text }) => text).join('')).event).toEqual({ n: 2 });
  });
});

describe('the Invoke endpoint', () => {
  const send = (FunctionName: string, more: object = {}) =>
    fixture.lambda.send(new InvokeCommand({ FunctionName, ...more }));

  it('takes names and ARNs, with and without qualifier', async () => {
    const name = fixture.functionName('Inline');
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    for (const reference of [name, arn, `${arn}:$LATEST`, `000000000000:function:${name}`]) {
      expect((await send(reference)).ExecutedVersion).toBe('$LATEST');
    }
    expect((await send(name, { Qualifier: '$LATEST' })).StatusCode).toBe(200);
  });

  it('says which version has run: the number also of an alias, as Lambda does', async () => {
    const name = fixture.functionName('Versioned');
    const { ExecutedVersion: number = '' } = await send(`${name}:stable`);
    expect(number).toMatch(/^[1-9]\d*$/);
    expect((await send(name, { Qualifier: number })).ExecutedVersion).toBe(number);
    expect((await send(name)).ExecutedVersion).toBe('$LATEST');
    const streamed = new InvokeWithResponseStreamCommand({ FunctionName: `${name}:stable` });
    expect((await fixture.lambda.send(streamed)).ExecutedVersion).toBe(number);
  });

  it.each([['nobody'], ['nobody:live']])('answers 404 for %s', async (name) => {
    await expect(send(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('answers 404 for a qualifier that the template lacks', async () => {
    await expect(send(fixture.functionName('Inline'), { Qualifier: 'live' })).rejects.toMatchObject(
      { name: 'ResourceNotFoundException' },
    );
  });

  it('refuses a payload over 6 MB', async () => {
    const payload = JSON.stringify('x'.repeat(6 * 1024 * 1024));
    await expect(send(fixture.functionName('Inline'), { Payload: payload })).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  });

  it('refuses a payload that is not JSON', async () => {
    await expect(
      send(fixture.functionName('Inline'), { Payload: '{"open":' }),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });

  it('takes an event and does not wait', async () => {
    const { StatusCode } = await send(fixture.functionName('Behave'), {
      InvocationType: 'Event',
      Payload: JSON.stringify({ do: 'log' }),
    });
    expect(StatusCode).toBe(202);
  });

  it('refuses requests that no SDK has signed', async () => {
    const url = `${fixture.assembly.invokeUrl}/2015-03-31/functions/x/invocations`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(403);
  });

  it('survives a caller that hangs up in the middle of a stream', async () => {
    const name = fixture.functionName('Stream');
    const url = `${fixture.assembly.invokeUrl}/2021-11-15/functions/${name}/response-streaming-invocations`;
    const caller = new AbortController();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=test/x',
        'x-amz-security-token': fixture.assembly.credentials.sessionToken,
      },
      body: JSON.stringify({ parts: Array.from({ length: 20 }, () => 'part'), everyMs: 5 }),
      signal: caller.signal,
    });
    expect(response.status).toBe(200);
    caller.abort();
    expect(await fixture.invoke('Stream', { parts: ['1'] })).toMatchObject({ payload: 1 });
  });
});
