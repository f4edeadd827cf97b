import { vi } from 'vitest';
import type { RunningFunction } from '../../../lib/local/assembly.ts';
import type { RunningService } from '../running-service.ts';
import type { Fault, FaultyModels } from './faulty-models.ts';

/** Has the models of a running service fail, and lets them recover. */
export class ModelFaults {
  readonly #service: RunningService;
  readonly #models: FaultyModels;

  /** @param models - those of the assembly that the service runs */
  constructor(service: RunningService, models: FaultyModels) {
    this.#service = service;
    this.#models = models;
  }

  /** Process ids of a model's live environments. */
  pids(model: string): readonly number[] {
    return this.#function(model).pids;
  }

  /** Gives a model a fault, or takes it back. */
  async set(model: string, fault: Fault | undefined): Promise<void> {
    this.#models.set(model, fault);
    if (fault?.kind === 'exit-at-start') await this.kill(model);
  }

  /**
   * Stops a model's processes. The function scales out when it is called again while they are busy:
   * new processes are not stopped (for that, there is the fault `hang`). A service that freezes its
   * environments lets an idle one go on with its next event: stop those when they are busy.
   */
  stop(model: string): void {
    this.#signal(model, 'SIGSTOP');
  }

  /** Lets a model's stopped processes go on. */
  resume(model: string): void {
    this.#signal(model, 'SIGCONT');
  }

  /** Kills a model's processes; resolves when the service has noticed. */
  async kill(model: string): Promise<void> {
    const killed = this.pids(model);
    this.#signal(model, 'SIGKILL');
    const areGone = () => !this.pids(model).some((pid) => killed.includes(pid));
    await vi.waitUntil(areGone, { interval: 1, timeout: 60_000 });
  }

  /** Resolves when no model's function has anything to do any more. */
  async allIdle(): Promise<void> {
    const functions = this.#models.names.map((model) => this.#function(model));
    await vi.waitUntil(() => functions.every(({ free, pids }) => free === pids.length), {
      interval: 20,
      timeout: 60_000,
    });
  }

  /** Has every invocation of a model refused with 429, or not any more. */
  throttle(model: string, isThrottled = true): void {
    this.#function(model).isThrottled = isThrottled;
  }

  /** The first of these models whose function begins to run once more than it has until now. */
  async nextRun(...models: readonly string[]): Promise<string> {
    const { logs } = this.#service;
    const from = logs.length;
    const begun = () => models.find((model) => logs.includes(`${model} runs`, from));
    return await vi.waitUntil(begun, { interval: 1, timeout: 60_000 });
  }

  #function(model: string): RunningFunction {
    const name = this.#models.functionName(model);
    const found = this.#service.assembly.functions.find((fn) => fn.name === name);
    if (!found) throw new Error(`the service has no function of ${model}`);
    return found;
  }

  #signal(model: string, signal: NodeJS.Signals): void {
    for (const pid of this.pids(model)) process.kill(pid, signal);
  }
}
