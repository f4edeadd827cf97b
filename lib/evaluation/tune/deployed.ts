import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  paginateListVersionsByFunction,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { mean, quantile } from 'd3-array';
import type { InferenceEvent } from '../../core/contract/inference-event.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { invokeModel } from '../../service/inference/invoke.ts';
import { defaultAssumptions } from '../cost/assumptions.ts';
import type { MemoryTime } from './options.ts';

/** How a deployed model is measured. */
export interface DeployedTuning {
  readonly lambda: LambdaClient;
  /** Of the model's function. */
  readonly functionName: string;
  readonly labels: readonly string[];
  readonly sample: Pick<InferenceEvent, 'contentType' | 'body'>;
  /** In MB. */
  readonly memoryMb: readonly number[];
  /** Counted calls with each memory. */
  readonly runs: number;
  /** Ends the measuring; the function gets its own memory back all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each memory. */
  readonly onMeasured?: ((memoryMb: number) => void) | undefined;
}

/** A deployed model could not be measured; the message names its function and says why. */
export class TuneError extends MdInferenceError {
  override readonly name = 'TuneError';
}

/** Loading and the JIT settle within some calls; the first one starts the function. */
const warmUps = 5;

/** How long Lambda may take to change a function, in seconds. */
const changeSeconds = 300;

/**
 * Measures a deployed model with several memory sizes, as AWS Lambda Power Tuning does: a version of its function
 * is published with each, called and deleted. Callers notice nothing of it: their alias stays where it is, and
 * these calls count nowhere. The function has its own memory again afterwards, also when measuring fails.
 *
 * @throws {@link TuneError} when the function cannot be changed or called
 * @see https://github.com/alexcasalboni/aws-lambda-power-tuning
 */
export async function timesDeployed(tuning: DeployedTuning): Promise<MemoryTime[]> {
  const { functionName } = tuning;
  try {
    const { MemorySize: ownMb } = await tuning.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    const kept = await versionsOf(tuning);
    try {
      const times: MemoryTime[] = [];
      for (const memoryMb of tuning.memoryMb) {
        times.push(await timeWith(memoryMb, kept, tuning));
        tuning.onMeasured?.(memoryMb);
      }
      return times;
    } finally {
      if (ownMb !== undefined) await setMemory(ownMb, tuning);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new TuneError(`${functionName} cannot be measured: ${reason}`, { cause: error });
  }
}

async function timeWith(
  memoryMb: number,
  kept: ReadonlySet<string>,
  tuning: DeployedTuning,
): Promise<MemoryTime> {
  tuning.signal?.throwIfAborted();
  const { lambda, functionName } = tuning;
  await setMemory(memoryMb, tuning);
  const { Version: version = '' } = await lambda.send(
    new PublishVersionCommand({ FunctionName: functionName, Description: 'mdi tune' }),
  );
  try {
    await waitUntilPublishedVersionActive(waiter(lambda), {
      FunctionName: functionName,
      Qualifier: version,
    });
    return { memoryMb, ...(await callsOf(`${functionName}:${version}`, tuning)) };
  } finally {
    // With the memory that it has, Lambda makes no new version, but gives the one that callers reach.
    if (!kept.has(version)) {
      const made = { FunctionName: functionName, Qualifier: version };
      await lambda.send(new DeleteFunctionCommand(made));
    }
  }
}

async function callsOf(
  version: string,
  tuning: DeployedTuning,
): Promise<Omit<MemoryTime, 'memoryMb'>> {
  const { lambda, labels, sample, runs, signal } = tuning;
  const event = { requestId: 'tune', ...sample, record: false };
  const serviceMs: number[] = [];
  const ownMs: number[] = [];
  for (let i = -warmUps; i < runs; i++) {
    signal?.throwIfAborted();
    const { answer, serviceMs: ms, closed } = await invokeModel(lambda, version, event, { labels });
    await closed;
    if (answer.status !== 'ok') throw new Error(`${answer.status}: ${answer.detail}`);
    if (i < 0 || answer.coldStart) continue;
    serviceMs.push(ms);
    ownMs.push(answer.tookMs ?? ms);
  }
  if (serviceMs.length === 0) throw new Error('every call of it met a cold start');
  return {
    meanMs: mean(serviceMs) ?? Number.NaN,
    p95Ms: quantile(serviceMs, 0.95) ?? Number.NaN,
    billedMs: (mean(ownMs) ?? Number.NaN) + defaultAssumptions.recordMs,
  };
}

async function setMemory(
  memoryMb: number,
  { lambda, functionName }: DeployedTuning,
): Promise<void> {
  const input = { FunctionName: functionName };
  await lambda.send(new UpdateFunctionConfigurationCommand({ ...input, MemorySize: memoryMb }));
  await waitUntilFunctionUpdatedV2(waiter(lambda), input);
}

async function versionsOf({ lambda, functionName }: DeployedTuning): Promise<Set<string>> {
  const versions = new Set<string>();
  const pages = paginateListVersionsByFunction({ client: lambda }, { FunctionName: functionName });
  for await (const { Versions = [] } of pages) {
    for (const { Version } of Versions) if (Version) versions.add(Version);
  }
  return versions;
}

function waiter(client: LambdaClient) {
  return { client, maxWaitTime: changeSeconds, minDelay: 1, maxDelay: 5 };
}
