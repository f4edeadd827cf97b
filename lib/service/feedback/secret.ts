import { withinMs } from '../profiles/within.ts';
import type { FeedbackLedger } from './ledger.ts';

/** How long to leave the table alone after the secret could not be read, in ms. */
export const secretPauseMs = 5_000;

/** The deployment's secret, read once in the background: now, and again after a pause as long as there is none. */
export class RememberedSecret {
  readonly #ledger: Pick<FeedbackLedger, 'readSecret'>;
  readonly #onError: (error: unknown) => void;
  #value: Uint8Array | undefined;
  #reading: Promise<void>;
  #nextMs = 0;

  /** @param onError - is told why the secret could not be read */
  constructor(
    ledger: Pick<FeedbackLedger, 'readSecret'>,
    onError: (error: unknown) => void = () => {},
  ) {
    this.#ledger = ledger;
    this.#onError = onError;
    this.#reading = this.#read();
  }

  /** Undefined until it has been read. */
  get value(): Uint8Array | undefined {
    if (this.#value === undefined && Date.now() >= this.#nextMs) this.#reading = this.#read();
    return this.#value;
  }

  /** Waits for it as long as it is being read, but at most so many ms; undefined if it is still not known. */
  async within(mostMs: number): Promise<Uint8Array | undefined> {
    const { value } = this;
    if (value) return value;
    await withinMs(mostMs, () => this.#reading).catch(() => undefined);
    return this.#value;
  }

  async #read(): Promise<void> {
    this.#nextMs = Date.now() + secretPauseMs;
    try {
      this.#value = await this.#ledger.readSecret();
    } catch (error) {
      this.#onError(error);
    }
  }
}
