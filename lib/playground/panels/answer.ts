import type { Classification } from '../../client/index.ts';
import { whyThisAnswer } from '../results/explain.ts';
import { byId, make, setProperties } from './dom.ts';

/** The answer: its label, whose it is, why, and the other labels. */
export class AnswerPanel {
  readonly #root = byId('answer', HTMLElement);

  /** @param label - the right one, where it is known */
  show(classification: Classification, label: string | undefined): void {
    const { source, model, timing, predictions, inTime } = classification;
    const [best] = predictions;
    this.#root.dataset.source = source;
    const who = source === 'cloud' ? 'from the cloud' : 'from the device';
    this.#root.replaceChildren(
      make(
        'p',
        { class: 'best' },
        make('strong', {}, best?.label ?? 'nothing'),
        label !== undefined && best !== undefined && mark(best.label === label, label),
      ),
      make(
        'p',
        { class: 'who' },
        make('span', { class: `chip ${source}` }, `${who}: ${model.name}`),
        make(
          'span',
          { class: inTime ? 'in-time' : 'late' },
          `${timing.totalMs.toFixed(0)} of ${Math.round(timing.slaMs)} ms${inTime ? '' : ', late'}`,
        ),
      ),
      make('p', { class: 'because' }, whyThisAnswer(classification)),
      make('ol', { class: 'scores' }, ...predictions.map(({ label, score }) => row(label, score))),
    );
  }

  /** There is no answer. */
  fail(error: unknown): void {
    this.#root.dataset.source = 'nobody';
    const reason = error instanceof Error ? error.message : String(error);
    this.#root.replaceChildren(
      make('p', { class: 'best' }, make('strong', {}, 'No answer')),
      make('p', { class: 'because' }, `${reason}, and there is no model on the device to answer.`),
    );
  }
}

function mark(isRight: boolean, label: string): HTMLElement {
  const text = isRight ? '✓ right' : `✗ it is: ${label}`;
  return make('span', { class: isRight ? 'right' : 'wrong' }, text);
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
