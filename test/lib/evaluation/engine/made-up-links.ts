import type { Link } from '../../../../lib/evaluation/engine/network/links.ts';
import { Trace } from '../../../../lib/evaluation/engine/network/trace.ts';

/** A link that carries a packet every so many ms, with a break of 300 ms every two seconds. */
export function madeUpLink(everyMs: number): Link {
  const opportunities: number[] = [];
  for (let ms = everyMs; ms <= 20_000; ms += everyMs) {
    if (ms % 2_000 >= 300) opportunities.push(ms);
  }
  const trace = new Trace(Float64Array.from(opportunities));
  return { name: `every ${everyMs} ms`, up: trace, down: trace };
}
