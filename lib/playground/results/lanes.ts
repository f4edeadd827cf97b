import type { DeviceAnswer, Race, Run } from '../../client/api/types.ts';
import type { InferResponse } from '../../core/contract/messages.ts';
import { overrun, wholeMs } from './times.ts';

/** A stretch of time in a lane of the time line. */
export interface Stretch {
  /** What happens: `pending` is all that is known of a run without an answer. */
  readonly kind: 'upload' | 'model' | 'download' | 'device' | 'pending';
  readonly fromMs: number;
  /** `Infinity` while it goes on. */
  readonly toMs: number;
  readonly label: string;
}

/** What a run did, and in a few words how it ended. */
export interface Lane {
  /** The model that answered. */
  readonly model?: string | undefined;
  readonly stretches: readonly Stretch[];
  readonly end: string;
}

/** The cloud's lane: on the way, at work, on the way back. */
export function cloudLane({ cloud, slaMs }: Race): Lane {
  const { startMs = 0, endMs = Number.POSITIVE_INFINITY, answer } = cloud;
  if (!answer) return { stretches: pending(cloud, startMs), end: endOf(cloud, slaMs) };
  const { serverMs, inputMs, source } = answer.timing;
  const networkMs = Math.max(0, endMs - startMs - serverMs);
  // By a clock that is a little wrong T_input may be longer than there was time for.
  const uploadMs = source === 'client' ? Math.min(inputMs, networkMs) : networkMs / 2;
  const arrivedMs = startMs + uploadMs;
  const answeredMs = Math.min(endMs, arrivedMs + serverMs);
  return {
    model: answer.model.name,
    stretches: [
      { kind: 'upload', fromMs: startMs, toMs: arrivedMs, label: 'upload' },
      { kind: 'model', fromMs: arrivedMs, toMs: answeredMs, label: 'model' },
      { kind: 'download', fromMs: answeredMs, toMs: endMs, label: 'back' },
    ],
    end: endOf(cloud, slaMs),
  };
}

/** The device's lane; undefined when there is no model on the device. */
export function deviceLane({ device, slaMs }: Race): Lane | undefined {
  if (!device) return undefined;
  const { startMs, endMs = Number.POSITIVE_INFINITY, answer } = device;
  if (startMs === undefined) return { stretches: [], end: 'not needed: this run was saved' };
  if (!answer) return { stretches: pending(device, startMs), end: endOf(device, slaMs) };
  return {
    model: answer.model.name,
    stretches: [{ kind: 'device', fromMs: startMs, toMs: endMs, label: 'model' }],
    end: endOf(device, slaMs),
  };
}

function pending(run: Run<InferResponse | DeviceAnswer>, fromMs: number): Stretch[] {
  if (run.startMs === undefined) return [];
  return [{ kind: 'pending', fromMs, toMs: run.endMs ?? Number.POSITIVE_INFINITY, label: '' }];
}

function endOf({ state, endMs = 0, error }: Run<unknown>, slaMs: number): string {
  switch (state) {
    case 'answered': {
      const at = `${wholeMs(endMs, slaMs)} ms`;
      return endMs > slaMs ? `${at}, ${overrun(endMs, slaMs)} too late` : at;
    }
    case 'failed':
      return `failed: ${error instanceof Error ? error.message : error}`;
    case 'cancelled':
      return endMs > slaMs ? `no answer in ${endMs.toFixed(0)} ms` : 'no longer needed';
    case 'running':
      return 'no answer yet';
    case 'skipped':
      return 'not asked: nothing was uploaded';
    default:
      return '';
  }
}
