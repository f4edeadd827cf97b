import type { InferResponse, ModelsResponse } from '../../core/contract/messages.ts';
import { byId, make, setProperties } from './dom.ts';

/** How often profiles are asked for at most, in ms. */
const pollMs = 4_000;

type Model = ModelsResponse['models'][number];

/** The models with their profiles, and who may answer within the last request's budget. */
export class ModelsPanel {
  readonly #root = byId('models', HTMLElement);
  readonly #counts = new Map<string, number>();
  #models: readonly Model[] = [];
  #last: InferResponse | undefined;
  #isStale = true;

  /** Profiles change with requests alone: they are asked for after some, and while the page is seen. */
  startPolling(): void {
    const poll = () => {
      if (this.#isStale && document.visibilityState === 'visible') void this.refresh();
    };
    setInterval(poll, pollMs);
    poll();
  }

  /** Asks the service for its profiles; keeps the old ones when it does not answer. */
  async refresh(): Promise<ModelsResponse | undefined> {
    this.#isStale = false;
    try {
      const response = await fetch('/v1/models', { signal: AbortSignal.timeout(pollMs) });
      if (!response.ok) return undefined;
      const body = (await response.json()) as ModelsResponse;
      this.#models = body.models;
      this.#draw();
      return body;
    } catch {
      this.#isStale = true;
      return undefined;
    }
  }

  /** Shows what the service chose from; the same answer may come twice. */
  show(response: InferResponse): void {
    if (response.requestId === this.#last?.requestId) return;
    this.#last = response;
    this.#isStale = true;
    const { name } = response.model;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#draw();
  }

  /** The last request's choice is not known, or there was none. */
  showNoChoice(): void {
    this.#last = undefined;
    this.#draw();
  }

  /** Forgets how often each model answered. */
  clear(): void {
    this.#counts.clear();
    this.#draw();
  }

  #draw(): void {
    if (this.#models.length === 0) return;
    const scale = logScale(this.#models, this.#last?.timing.slaMs ?? 250);
    const best = [...this.#models].sort((a, b) => b.accuracyPct - a.accuracyPct);
    const table = make(
      'table',
      {},
      make('caption', { class: 'visually-hidden' }, 'The models, most accurate first'),
      head(),
      make('tbody', {}, ...best.map((model) => this.#row(model, scale))),
    );
    const budgetMs = this.#last?.timing.budgetMs;
    setProperties(this.#root, { '--budget': String(scale(Math.max(0, budgetMs ?? 0))) });
    this.#root.classList.toggle('has-budget', budgetMs !== undefined && budgetMs > 0);
    this.#root.replaceChildren(table);
  }

  #row(model: Model, scale: (ms: number) => number): HTMLElement {
    const { name, accuracyPct, breaker = 'closed', profile } = model;
    const { meanMs, stdMs, p95Ms, samples } = profile;
    const { selection, model: chosen, timing } = this.#last ?? {};
    const eligible = selection?.eligible.find((candidate) => candidate.model === name);
    const fits = timing === undefined || meanMs + stdMs < timing.budgetMs;
    const classes = [
      name === chosen?.name && 'chosen',
      eligible && 'eligible',
      !fits && 'too-slow',
    ].filter(Boolean);
    const range = make('div', {
      class: 'range',
      title: `${meanMs.toFixed(2)} ± ${stdMs.toFixed(2)} ms, 95 % within ${p95Ms.toFixed(2)} ms`,
    });
    setProperties(range, {
      '--low': String(scale(meanMs - stdMs)),
      '--mean': String(scale(meanMs)),
      '--high': String(scale(meanMs + stdMs)),
    });
    return make(
      'tr',
      { class: classes.join(' ') },
      make(
        'th',
        { scope: 'row' },
        name,
        name === selection?.baseModel && make('span', { class: 'tag' }, 'base model'),
        breaker !== 'closed' && make('span', { class: 'tag' }, 'left out'),
      ),
      make('td', { class: 'number' }, accuracyPct.toFixed(1)),
      make('td', { class: 'plot' }, range),
      make('td', { class: 'number wide' }, meanMs.toFixed(1)),
      make('td', { class: 'number wide' }, p95Ms.toFixed(1)),
      make('td', { class: 'number wide' }, String(samples)),
      make(
        'td',
        { class: 'number probability' },
        eligible ? `${(100 * eligible.probability).toFixed(0)} %` : '–',
      ),
      make('td', { class: 'number wide' }, String(this.#counts.get(name) ?? 0)),
    );
  }
}

function head(): HTMLElement {
  const cell = (text: string, kind = 'number') => make('th', { scope: 'col', class: kind }, text);
  return make(
    'thead',
    {},
    make(
      'tr',
      {},
      cell('model', ''),
      cell('top-1 %'),
      cell('service time', 'plot'),
      cell('mean ms', 'number wide'),
      cell('p95 ms', 'number wide'),
      cell('samples', 'number wide'),
      cell('chance'),
      cell('answers', 'number wide'),
    ),
  );
}

/** Places a time on an axis from 0 to 1 on which every tenfold takes the same room. */
function logScale(models: readonly Model[], slaMs: number): (ms: number) => number {
  const means = models.map(({ profile }) => profile.meanMs);
  const lowMs = Math.max(0.05, Math.min(...means) / 2);
  const highMs = Math.max(slaMs, ...models.map(({ profile }) => profile.p95Ms)) * 1.1;
  return (ms) => {
    const share = Math.log(Math.max(ms, lowMs) / lowMs) / Math.log(highMs / lowMs);
    return Math.min(1, Math.max(0, share));
  };
}
