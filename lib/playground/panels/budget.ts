import type { InferResponse } from '../../core/contract/messages.ts';
import { budgetBar } from '../results/budget-bar.ts';
import { whyThisModel } from '../results/explain.ts';
import { byId, make, setProperties } from './dom.ts';

/** The budget of a request as a bar: the network's share of the SLA, the model's, and what was left. */
export class BudgetPanel {
  readonly #root = byId('budget', HTMLElement);

  constructor() {
    this.say('The service works out what the network has left of the SLA, and picks a model.');
  }

  /** Explains the service's choice. */
  show(response: InferResponse): void {
    const { parts, wholeMs, overMs } = budgetBar(response);
    const { slaMs } = response.timing;
    const bar = make(
      'div',
      { class: 'budget-bar' },
      ...parts.map(({ kind, ms }) => {
        const part = make('div', { class: kind });
        setProperties(part, { '--share': String(ms / wholeMs) });
        return part;
      }),
    );
    const legend = make(
      'ul',
      { class: 'legend' },
      ...parts.map(({ kind, name, ms }) =>
        make('li', { class: kind }, `${name} `, make('b', {}, `${ms.toFixed(1)} ms`)),
      ),
      overMs > 0 &&
        make('li', { class: 'over' }, 'over the SLA by ', make('b', {}, `${overMs.toFixed(1)} ms`)),
    );
    const place = make('div', { class: 'budget-place' }, bar, overMs > 0 && slaEnd(slaMs, wholeMs));
    this.#root.replaceChildren(place, legend, make('p', { class: 'note' }, whyThisModel(response)));
  }

  /** There is nothing to show, and this is why. */
  say(text: string): void {
    this.#root.replaceChildren(make('p', { class: 'empty' }, text));
  }
}

/** Where the SLA ends in a bar that is longer. */
function slaEnd(slaMs: number, wholeMs: number): HTMLElement {
  const end = make('div', { class: 'sla-end' }, make('span', {}, `SLA ${slaMs.toFixed(0)} ms`));
  setProperties(end, { '--at': String(slaMs / wholeMs) });
  return end;
}
