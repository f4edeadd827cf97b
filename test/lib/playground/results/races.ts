import type { Classification, DeviceAnswer, Race, Run } from '../../../../lib/client/api/types.ts';
import type { InferResponse } from '../../../../lib/core/contract/messages.ts';

/** An answer of the service after an upload of 60 ms. */
export const answer: InferResponse = {
  requestId: 'r',
  model: { name: 'big', version: '1', accuracyPct: 96 },
  predictions: [{ index: 0, label: 'ring', score: 0.9 }],
  timing: {
    slaMs: 250,
    inputMs: 60,
    networkMs: 120,
    budgetMs: 130,
    selectMs: 1,
    serviceMs: 40,
    serverMs: 42,
    coldStart: false,
    source: 'client',
  },
  selection: {
    strategy: 'three-stage',
    baseModel: 'big',
    eligible: [{ model: 'big', probability: 1 }],
  },
};

export const small = { name: 'small', version: '1', accuracyPct: 57 };

export const inTime: Run<InferResponse> = { state: 'answered', startMs: 2, endMs: 130, answer };
export const deviceReady: Run<DeviceAnswer> = {
  state: 'answered',
  startMs: 0,
  endMs: 8,
  answer: { model: small, predictions: answer.predictions, elapsedMs: 8 },
};

/** A classification with this race. */
export function classified(
  race: Partial<Race>,
  more: Partial<Classification> = {},
): Classification {
  const whole: Race = {
    slaMs: 250,
    cloud: inTime,
    device: deviceReady,
    winner: 'cloud',
    ...race,
  };
  return {
    predictions: answer.predictions,
    source: whole.winner ?? 'device',
    model: whole.winner === 'cloud' ? answer.model : small,
    inTime: true,
    timing: { slaMs: 250, totalMs: 130, timerErrorMs: 0 },
    race: whole,
    settled: Promise.resolve(whole),
    ...more,
  };
}
