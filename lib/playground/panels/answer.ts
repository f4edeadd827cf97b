import type { Classification, DeviceAnswer, Mode } from '../../client/index.ts';
import { whyThisAnswer } from '../results/explain.ts';
import { inTimeWords, isInTime } from '../results/times.ts';
import { byId, make, prefersStillness, setProperties } from './dom.ts';

/** The answer: its label, whose it is, why, and the other labels. */
export class AnswerPanel {
  readonly #root = byId('answer', HTMLElement);
  readonly #scores = byId('scores', HTMLElement);

  /** A request has begun: what is on show is of the one before. */
  expect(): void {
    this.#root.dataset.state = 'waiting';
  }

  /**
   * Shows the device's answer while the request goes on.
   *
   * @param label - the right one, where it is known
   */
  showInterim({ model, predictions, elapsedMs }: DeviceAnswer, label: string | undefined): void {
    this.#become('device', 'interim');
    this.#root.replaceChildren(
      headline(predictions[0]?.label, label),
      make(
        'p',
        { class: 'who' },
        make('span', { class: 'chip device' }, 'so far, from the device'),
        `${model.name}, after ${elapsedMs.toFixed(0)} ms`,
      ),
      make('p', { class: 'because' }, 'The cloud may have a better one before the SLA ends.'),
    );
    this.#showScores(predictions);
  }

  /**
   * @param mode - who was asked
   * @param label - the right one, where it is known
   * @param interim - what was shown before
   */
  show(
    classification: Classification,
    mode: Mode,
    { label, interim }: { label?: string | undefined; interim?: DeviceAnswer | undefined },
  ): void {
    const { source, model, timing, predictions, race } = classification;
    this.#become(source, 'final');
    const who = source === 'cloud' ? 'from the cloud' : 'from the device';
    this.#root.replaceChildren(
      headline(predictions[0]?.label, label),
      make(
        'p',
        { class: 'who' },
        make('span', { class: `chip ${source}` }, `${who}: ${model.name}`),
        race.cloud.state === 'skipped' &&
          make('span', { class: 'chip saved' }, 'nothing was uploaded'),
        make('span', { class: isInTime(timing) ? 'in-time' : 'late' }, inTimeWords(timing)),
      ),
      ...(interim && source === 'cloud' ? [before(interim, predictions[0]?.label)] : []),
      make('p', { class: 'because' }, whyThisAnswer(classification, mode)),
    );
    this.#showScores(predictions);
  }

  /** There is no answer. */
  fail(error: unknown): void {
    this.#become('nobody', 'final');
    const reason = error instanceof Error ? error.message : String(error);
    this.#root.replaceChildren(
      make('p', { class: 'best' }, make('strong', {}, 'No answer')),
      make('p', { class: 'because' }, sentence(reason)),
    );
    this.#showScores([]);
  }

  /** Brings the answer into view, where it is not. */
  reveal(): void {
    const behavior = prefersStillness() ? 'instant' : 'smooth';
    this.#root.querySelector('.best')?.scrollIntoView({ block: 'nearest', behavior });
  }

  #become(source: 'cloud' | 'device' | 'nobody', state: 'interim' | 'final'): void {
    Object.assign(this.#root.dataset, { source, state });
    this.#scores.dataset.source = source;
  }

  #showScores(predictions: DeviceAnswer['predictions']): void {
    this.#scores.replaceChildren(...predictions.map(({ label, score }) => row(label, score)));
  }
}

/** The best label and, where the right one is known, whether it is that. */
function headline(best: string | undefined, label: string | undefined): HTMLElement {
  const isRight = best === label;
  return make(
    'p',
    { class: 'best' },
    make('strong', {}, best ?? 'nothing'),
    label !== undefined &&
      best !== undefined &&
      make(
        'span',
        { class: isRight ? 'right' : 'wrong' },
        isRight ? '✓ right' : `✗ it is: ${label}`,
      ),
  );
}

function before({ elapsedMs, predictions }: DeviceAnswer, best: string | undefined): HTMLElement {
  const first = predictions[0]?.label;
  return make(
    'p',
    { class: 'before' },
    `Shown since ${elapsedMs.toFixed(0)} ms, from the device: `,
    make('b', {}, first ?? 'nothing'),
    first === best ? '. The cloud says the same.' : '. The cloud says otherwise.',
  );
}

function row(label: string, score: number): HTMLElement {
  const item = make(
    'li',
    {},
    make('span', { class: 'label' }, label),
    make('span', { class: 'score' }, `${(100 * score).toFixed(1)} %`),
  );
  setProperties(item, { '--score': String(score) });
  return item;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
