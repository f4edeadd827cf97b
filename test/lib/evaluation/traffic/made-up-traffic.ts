import type { RequestLine } from '../../../../lib/service/request-line.ts';

/** When the made-up traffic begins. */
export const beginMs = Date.UTC(2026, 10, 24, 8, 27);

/** A request that the model "quick" has answered in time. */
export function requestLine(changes: Partial<RequestLine> = {}): RequestLine {
  return {
    ...{ mdiRequest: 1, epochMs: beginMs, slaMs: 250, inputMs: 40, source: 'client' },
    ...{ strategy: 'three-stage', model: 'quick', accuracyPct: 60, serviceMs: 10 },
    ...{ coldStart: false, hedged: false, inTime: true },
    ...changes,
  };
}

/**
 * Requests of one client a second: T_input rises from 20 ms in steps of a tenth, T_output is a quarter of it and
 * reported with the next request; of every four, three have the SLA 250 ms and one 120 ms, by two models.
 */
export function steadyTraffic(count: number): RequestLine[] {
  return Array.from({ length: count }, (_, i) => {
    const inputMs = 20 + i / 10;
    const beforeMs = inputMs - 0.1;
    const isShort = i % 4 === 3;
    return requestLine({
      epochMs: beginMs + 1_000 * i,
      inputMs,
      slaMs: isShort ? 120 : 250,
      ...(i > 0 && { outputInputMs: beforeMs, outputMs: beforeMs / 4 }),
      ...(isShort
        ? { model: 'quick', accuracyPct: 60, serviceMs: 10 + (i % 3) }
        : { model: 'good', accuracyPct: 80, serviceMs: 90 + (i % 3) }),
    });
  });
}
