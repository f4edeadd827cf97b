import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { warmUpEvent } from '../../core/contract/warm-up.ts';

/** How long a warm-up counts, in ms: a picture that is coming comes sooner. */
const recentlyMs = 60_000;

/** Taken for the time that a model takes to start, in ms, before that has been measured. */
const unknownStartMs = 2_000;

/** For how long an environment that was started is taken to be there still, in ms. */
const staysMs = 5 * 60_000;

/**
 * Starts an environment of a model's function, unless one is free, and does not wait until it has loaded the
 * model.
 *
 * @throws Error when Lambda does not take the event
 */
export async function warmUp(lambda: LambdaClient, functionName: string): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(warmUpEvent),
    }),
  );
}

/** When this selector has warmed up each model last. */
export class WarmUps {
  readonly #sentMs = new Map<string, number>();

  /** Whether another warm-up of a model would be superfluous. */
  isRecent(model: string): boolean {
    return this.#agoMs(model) < recentlyMs;
  }

  /**
   * Whether a model's last warm-up has ended, and its environment is likely to be there still.
   *
   * @param startMs - how long the model takes to start, in ms
   */
  hasStarted(model: string, startMs = unknownStartMs): boolean {
    const agoMs = this.#agoMs(model);
    return agoMs >= startMs && agoMs < staysMs;
  }

  /** A model is being warmed up. */
  sent(model: string): void {
    this.#sentMs.set(model, performance.now());
  }

  /** It is not, after all. */
  failed(model: string): void {
    this.#sentMs.delete(model);
  }

  #agoMs(model: string): number {
    return performance.now() - (this.#sentMs.get(model) ?? Number.NEGATIVE_INFINITY);
  }
}
