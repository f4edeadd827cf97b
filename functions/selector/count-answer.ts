import type { InferResponse } from '../../lib/core/contract/messages.ts';
import type { Service } from './service.ts';

/** Puts an answer into the service's metrics. */
export function countAnswer(
  { telemetry }: Pick<Service, 'telemetry'>,
  { model, timing, selection }: InferResponse,
): void {
  // The way back is taken to be as long as the way here, as the paper does.
  const wholeMs = timing.networkMs + timing.serverMs;
  telemetry.answered({
    strategy: selection.strategy,
    model: model.name,
    accuracyPct: model.accuracyPct,
    budgetMs: timing.budgetMs,
    selectMs: timing.selectMs,
    serviceMs: timing.serviceMs,
    serverMs: timing.serverMs,
    coldStart: timing.coldStart,
    fellBack: selection.failed !== undefined,
    slaMet: wholeMs <= timing.slaMs,
  });
}
