import type { InferResponse } from '../../core/contract/messages.ts';
import { whyThisModel } from '../results/explain.ts';
import { byId, make, setProperties } from './dom.ts';

/** The budget of a request as a bar: the network's share of the SLA, the model's, and what was left. */
export class BudgetPanel {
  readonly #root = byId('budget', HTMLElement);

  constructor() {
    this.#say('The service works out what the network has left of the SLA, and picks a model.');
  }

  /** Explains the service's choice. */
  show(response: InferResponse): void {
    const { slaMs, inputMs, serviceMs, budgetMs, startMs = 0 } = response.timing;
    const allParts = [
      ['input', 'T_input', inputMs],
      ['output', 'kept for the way back', inputMs],
      ['start', 'the service’s own start', startMs],
      ['service', response.model.name, serviceMs],
      ['slack', 'slack', Math.max(0, budgetMs - serviceMs)],
    ] as const;
    const parts = allParts.filter(([kind]) => kind !== 'start' || startMs > 0);
    const bar = make(
      'div',
      { class: 'budget-bar' },
      ...parts.map(([kind, name, ms]) => {
        const part = make('div', { class: kind, title: `${name}: ${ms.toFixed(1)} ms` });
        // What does not fit into the SLA is cut off at its end.
        setProperties(part, { '--share': String(ms / slaMs) });
        return part;
      }),
    );
    const legend = make(
      'ul',
      { class: 'legend' },
      ...parts.map(([kind, name, ms]) =>
        make('li', { class: kind }, `${name} `, make('b', {}, `${ms.toFixed(1)} ms`)),
      ),
    );
    this.#root.replaceChildren(bar, legend, make('p', { class: 'note' }, whyThisModel(response)));
  }

  /** The service has not been heard of so far. */
  waiting(): void {
    this.#say('The cloud has not answered yet; when it does, late as it is, its choice is shown.');
  }

  /** There is nothing to explain: the service was not heard of. */
  unknown(): void {
    this.#say('The cloud was not heard of, so its choice is not known.');
  }

  #say(text: string): void {
    this.#root.replaceChildren(make('p', { class: 'empty' }, text));
  }
}
