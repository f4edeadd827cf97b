import { byId } from './dom.ts';

/** The code of an app with the conditions that are chosen, to copy. */
export class CodePanel {
  readonly #code = byId('code', HTMLElement);
  readonly #copied = byId('copied', HTMLElement);

  constructor() {
    byId('copy', HTMLButtonElement).addEventListener('click', () => void this.#copy());
  }

  show(code: string): void {
    this.#code.textContent = code;
    this.#copied.textContent = '';
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#code.textContent ?? '');
      this.#copied.textContent = 'Copied.';
    } catch {
      // A page from another machine without TLS has no clipboard.
      getSelection()?.selectAllChildren(this.#code);
      this.#copied.textContent = 'Selected: copy it with your system’s means.';
    }
  }
}
