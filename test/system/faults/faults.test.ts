import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLambdaClient, invokeModel } from '../../../lib/service/inference/invoke.ts';
import { catalogue, RunningService, sample } from '../running-service.ts';
import { type Fault, FaultyModels } from './faulty-models.ts';
import { ModelFaults } from './model-faults.ts';

/** The helpers, each seen to do what it says; what the service makes of it is tested elsewhere. */
describe.skipIf(process.platform === 'win32')('a fault', () => {
  let models: FaultyModels;
  let service: RunningService;
  let faults: ModelFaults;
  let lambda: LambdaClient;
  let name: string;
  beforeAll(async () => {
    models = new FaultyModels(inject('assemblyDir'));
    service = await RunningService.start({ assemblyDir: models.assemblyDir });
    faults = new ModelFaults(service, models);
    lambda = createLambdaClient({
      endpoint: service.assembly.invokeUrl,
      region: 'us-east-1',
      credentials: service.assembly.credentials,
      maxAttempts: 1,
    });
    name = models.names[0] ?? '';
  }, 120_000);
  afterAll(async () => {
    lambda.destroy();
    await service.stop();
  });
  afterEach(async () => {
    await faults.set(name, undefined);
    faults.throttle(name, false);
    expect((await ask()).answer.status).toBe('ok');
  });

  const event = {
    requestId: 'r',
    contentType: 'image/jpeg',
    body: sample.bytes.toString('base64'),
    record: false,
  };
  const ask = (signal?: AbortSignal) =>
    invokeModel(lambda, models.functionName(name), event, {
      labels: catalogue.labels,
      signal,
    });

  it('of NaN is found by the function itself', async () => {
    await faults.set(name, { kind: 'nan' });
    expect((await ask()).answer.status).toBe('non-finite-output');
  });

  it.each<[string, Fault, RegExp]>([
    ['garbage', { kind: 'garbage' }, /is not valid JSON/],
    ['a process that exits at its start', { kind: 'exit-at-start' }, /exit status 1/],
  ])('of %s ends the invocation', async (_, fault, message) => {
    await faults.set(name, fault);
    await expect(ask()).rejects.toThrow(message);
  });

  it.runIf(process.platform === 'linux')('of memory has the process ended', async () => {
    await faults.set(name, { kind: 'out-of-memory' });
    await expect(ask()).rejects.toThrow(/OutOfMemory/);
  });

  it('of speed has the model take as many times longer', async () => {
    await faults.set(name, { kind: 'slow', factor: 5 });
    const { answer } = await ask();
    if (answer.status !== 'ok') throw new Error(answer.detail);
    const took = () => service.logs.find((line) => line.startsWith(`${name} took`));
    await expect.poll(took).toBeDefined();
    const aloneMs = Number(took()?.match(/([\d.]+) ms$/)?.[1]);
    expect(answer.runMs).toBeGreaterThanOrEqual(5 * aloneMs);
  });

  it('of a hang leaves the caller waiting', async () => {
    await faults.set(name, { kind: 'hang' });
    const deadline = new AbortController();
    const running = faults.nextRun(name);
    const failure = expect(ask(deadline.signal)).rejects.toMatchObject({ kind: 'aborted' });
    await running;
    deadline.abort();
    await failure;
  });

  it('of a stopped process is over when it goes on', async () => {
    await faults.set(name, { kind: 'hang' });
    const running = faults.nextRun(name);
    let isAnswered = false;
    const answer = ask().finally(() => {
      isAnswered = true;
    });
    await running;
    faults.stop(name);
    await faults.set(name, undefined);
    // Another model answers meanwhile.
    await service.infer({ slaMs: 20_000 });
    expect(isAnswered).toBe(false);
    faults.resume(name);
    expect((await answer).answer.status).toBe('ok');
  });

  it('of a process killed in the middle ends the invocation', async () => {
    await faults.set(name, { kind: 'hang' });
    const running = faults.nextRun(name);
    const failure = expect(ask()).rejects.toThrow(/signal: SIGKILL/);
    await running;
    await faults.kill(name);
    await failure;
  });

  it('of throttling refuses invocations', async () => {
    faults.throttle(name);
    await expect(ask()).rejects.toMatchObject({ kind: 'throttled' });
  });
});
