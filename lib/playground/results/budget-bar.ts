import type { InferResponse } from '../../core/contract/messages.ts';

/** A stretch of the budget's bar, one after another from the left. */
export interface BudgetPart {
  readonly kind: 'input' | 'output' | 'start' | 'service' | 'slack';
  readonly name: string;
  readonly ms: number;
}

/** What a request's SLA went on. */
export interface BudgetBar {
  readonly parts: readonly BudgetPart[];
  /** What the whole bar stands for: the SLA, or all parts where they are longer. */
  readonly wholeMs: number;
  /** By how much the parts are longer than the SLA; 0 when they fit. */
  readonly overMs: number;
}

/** Shares the SLA of an answer out; parts that it does not hold reach beyond it. */
export function budgetBar({ timing, model }: InferResponse): BudgetBar {
  const { slaMs, inputMs, serviceMs, startMs = 0 } = timing;
  const spentMs = 2 * inputMs + startMs + serviceMs;
  const allParts: BudgetPart[] = [
    { kind: 'input', name: 'upload (T_input)', ms: inputMs },
    { kind: 'output', name: 'kept for the way back', ms: inputMs },
    { kind: 'start', name: 'the service’s own start', ms: startMs },
    { kind: 'service', name: model.name, ms: serviceMs },
    { kind: 'slack', name: 'slack', ms: slaMs - spentMs },
  ];
  return {
    parts: allParts.filter(({ kind, ms }) =>
      kind === 'start' || kind === 'slack' ? ms > 0 : true,
    ),
    wholeMs: Math.max(slaMs, spentMs),
    overMs: Math.max(0, spentMs - slaMs),
  };
}
