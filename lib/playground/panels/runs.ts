import { byId } from './dom.ts';

/** Pause between two requests that follow one another, in ms. */
const pauseMs = 250;

/** What the two buttons do. */
export interface Runs {
  /**
   * Runs the current picture; never rejects.
   *
   * @param options.isSingle - the user waits for this one answer, and looks at it
   */
  readonly run: (options: { isSingle: boolean }) => Promise<void>;
  /** Goes on to the next picture. */
  readonly advance: () => Promise<void>;
}

/** “Run once” and “Run continuously”. */
export class RunButtons {
  readonly #runs: Runs;
  readonly #once = byId('run', HTMLButtonElement);
  readonly #auto = byId('auto', HTMLButtonElement);
  readonly #answer = byId('answer', HTMLElement);
  #isRunning = false;
  #isAuto = false;

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#once.addEventListener('click', () => void this.#runOnce());
    this.#auto.addEventListener('click', () => this.#toggle());
  }

  async #runOnce(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#once.setAttribute('aria-busy', 'true');
    await this.#runs.run({ isSingle: !this.#isAuto });
    this.#once.removeAttribute('aria-busy');
    this.#isRunning = false;
  }

  #toggle(): void {
    this.#isAuto = !this.#isAuto;
    this.#auto.setAttribute('aria-pressed', String(this.#isAuto));
    this.#auto.textContent = this.#isAuto ? 'Stop' : 'Run continuously';
    this.#once.disabled = this.#isAuto;
    // Nobody wants to hear four answers a second.
    this.#answer.setAttribute('aria-live', this.#isAuto ? 'off' : 'polite');
    if (this.#isAuto) void this.#runOn();
  }

  async #runOn(): Promise<void> {
    while (this.#isAuto) {
      await this.#runs.advance();
      await this.#runOnce();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
