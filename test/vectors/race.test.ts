import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ImageKind } from '../../lib/client/api/types.ts';
import { RunningRace } from '../../lib/client/race/race.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { fakeTime } from '../lib/client/fake-service.ts';
import { fakeTimers, outcome } from '../lib/client/running-client.ts';
import { vectors } from './vectors.ts';

interface Runner {
  /** Forever when it is null. */
  readonly takesMs: number | null;
  readonly fails: boolean;
  readonly accuracyPct: number;
}

const { races } = vectors<{
  races: {
    name: string;
    slaMs: number;
    marginMs: number;
    lateMs: number;
    atDeadline: 'wait' | 'fail';
    cloud: (Runner & { waitMs: number; isNeeded: boolean }) | null;
    device: (Runner & { startAfterMs: number | null }) | null;
    expected: {
      source: 'cloud' | 'device' | null;
      atMs: number;
      inTime: boolean;
      uploadStartMs: number | null;
      deviceStartMs: number | null;
    };
  }[];
}>('race');

const ignore = () => undefined;

beforeEach(fakeTime);
afterEach(() => {
  vi.useRealTimers();
});

it.each(races)('$name', async ({ cloud, device, expected, ...limits }) => {
  const startMs = performance.now();
  const { slaMs, marginMs, lateMs, atDeadline } = limits;
  const race = new RunningRace<ImageKind>({
    ...{ slaMs, lateMs, atDeadline, time: fakeTimers },
    margin: { of: () => marginMs, observe: ignore },
    cloud: cloud
      ? {
          startAfterMs: device ? cloud.waitMs : 0,
          run: async (signal, onStart) => {
            onStart();
            await run(cloud, signal);
            const model = { name: 'in the cloud', version: '1', accuracyPct: cloud.accuracyPct };
            return { model, predictions: [] } as unknown as InferResponse;
          },
        }
      : undefined,
    device: device
      ? {
          startAfterMs: device.startAfterMs ?? Number.POSITIVE_INFINITY,
          run: async (signal, onStart) => {
            onStart();
            await run(device, signal);
            const model = { name: 'on the device', accuracyPct: device.accuracyPct };
            return { model, predictions: [], elapsedMs: performance.now() - startMs };
          },
        }
      : undefined,
    isUnsure: () => cloud?.isNeeded === true,
    accuracyPctOf: () => device?.accuracyPct ?? 0,
    content: 'predictions',
    ...{ onEnd: ignore, onInterim: ignore },
  });
  const answer = race.answer.then(
    ({ source, inTime }) => ({ source, inTime, atMs: performance.now() - startMs }),
    () => ({ source: null, inTime: false, atMs: performance.now() - startMs }),
  );
  await outcome(race.settled);
  const { cloud: upload, device: deviceRun } = await race.settled;
  expect({
    ...(await answer),
    uploadStartMs: upload.startMs ?? null,
    deviceStartMs: deviceRun?.startMs ?? null,
  }).toEqual(expected);
});

/** A run of the time and the end that the vectors say. */
function run({ takesMs, fails }: Runner, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    const end = fails ? () => reject(new Error('it fails')) : resolve;
    if (takesMs !== null) setTimeout(end, takesMs);
  });
}
