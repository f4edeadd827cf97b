import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TuneError, timesDeployed } from '../../../../lib/evaluation/tune/deployed.ts';
import { okAnswer, okStream } from '../../../fixtures/response-stream.ts';

/** A function as Lambda keeps it: its own configuration, and the versions that were published of it. */
class MadeUpFunction {
  memoryMb = 1769;
  /** Version 7 is the one that the alias `live` points to. */
  readonly versions = new Map([['7', 1769]]);
  readonly deleted: string[] = [];
  readonly called: string[] = [];
  failsWith: string | undefined;

  publish(): string {
    const last = [...this.versions].at(-1);
    // Lambda makes no version that is like the last one.
    if (last?.[1] === this.memoryMb) return last[0];
    const number = String(8 + this.deleted.length + this.versions.size - 1);
    this.versions.set(number, this.memoryMb);
    return number;
  }

  call(qualified: string) {
    const version = qualified.split(':').at(-1) ?? '';
    this.called.push(version);
    const memoryMb = this.versions.get(version);
    if (memoryMb === undefined) throw new Error(`there is no version ${version}`);
    if (this.failsWith) throw new Error(this.failsWith);
    return okStream({ ...okAnswer, coldStart: this.called.length === 1, tookMs: 1e5 / memoryMb });
  }
}

let fn: MadeUpFunction;
const lambda = mockClient(LambdaClient);
afterAll(() => lambda.restore());
beforeEach(() => {
  fn = new MadeUpFunction();
  lambda.reset();
  const updated = { State: 'Active', LastUpdateStatus: 'Successful' } as const;
  lambda
    .on(GetFunctionConfigurationCommand)
    .callsFake(() => ({ MemorySize: fn.memoryMb, ...updated }));
  lambda.on(GetFunctionCommand).resolves({ Configuration: updated });
  lambda.on(UpdateFunctionConfigurationCommand).callsFake(({ MemorySize }) => {
    fn.memoryMb = MemorySize;
  });
  lambda.on(ListVersionsByFunctionCommand).callsFake(() => ({
    Versions: ['$LATEST', ...fn.versions.keys()].map((Version) => ({ Version })),
  }));
  lambda.on(PublishVersionCommand).callsFake(() => ({ Version: fn.publish() }));
  lambda.on(DeleteFunctionCommand).callsFake(({ Qualifier }) => {
    fn.versions.delete(Qualifier);
    fn.deleted.push(Qualifier);
  });
  lambda.on(InvokeWithResponseStreamCommand).callsFake(({ FunctionName }) => fn.call(FunctionName));
});
afterEach(() => lambda.reset());

const tuning = (memoryMb: number[]) => ({
  lambda: new LambdaClient({ region: 'us-east-1' }),
  functionName: 'service-m',
  labels: ['cat', 'dog'],
  sample: { contentType: 'image/jpeg', body: '' },
  ...{ memoryMb, runs: 10 },
});

describe('timesDeployed', () => {
  it('measures a version with each memory, and leaves everything as it was', async () => {
    const times = await timesDeployed(tuning([885, 3538]));
    expect(times.map(({ memoryMb }) => memoryMb)).toEqual([885, 3538]);
    const billed = times.map(({ billedMs }) => billedMs);
    // What the function itself has taken, and updating its profile.
    expect(billed).toEqual([expect.closeTo(1e5 / 885 + 5, 1), expect.closeTo(1e5 / 3538 + 5, 1)]);

    expect(fn.memoryMb).toBe(1769);
    expect([...fn.versions.keys()]).toEqual(['7']);
    expect(fn.deleted).toHaveLength(2);
  });

  it('does not delete the version that callers reach', async () => {
    await timesDeployed(tuning([1769]));
    expect(fn.called.every((version) => version === '7')).toBe(true);
    expect(fn.deleted).toEqual([]);
  });

  it('counts nowhere', async () => {
    await timesDeployed(tuning([885]));
    const [call] = lambda.commandCalls(InvokeWithResponseStreamCommand);
    const payload = Buffer.from(call?.args[0].input.Payload as Uint8Array).toString();
    expect(JSON.parse(payload)).toMatchObject({ requestId: 'tune', record: false });
  });

  it('gives the function its memory back when a call fails, and says which function it was', async () => {
    fn.failsWith = 'out of memory';
    await expect(timesDeployed(tuning([512, 3538]))).rejects.toThrow(TuneError);
    await expect(timesDeployed(tuning([512]))).rejects.toThrow(/^service-m cannot be measured: /);
    expect([fn.memoryMb, [...fn.versions.keys()]]).toEqual([1769, ['7']]);
  });

  it('does so when it is interrupted', async () => {
    const interrupted = new AbortController();
    const onMeasured = () => interrupted.abort(new Error('interrupted'));
    const { signal } = interrupted;
    await expect(timesDeployed({ ...tuning([885, 3538]), signal, onMeasured })).rejects.toThrow(
      'service-m cannot be measured: interrupted',
    );
    expect(fn.memoryMb).toBe(1769);
    expect(fn.deleted).toHaveLength(1);
  });
});
