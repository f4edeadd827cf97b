import type { Telemetry } from '../../lib/service/telemetry.ts';

/** A shift is reported this often while it lasts, in ms: more often than its alarm looks. */
const reportMs = 60_000;

/** Tells logs and metrics by how many points feedback has moved a model's accuracy, as long as it has. */
export class ShiftReports {
  readonly #telemetry: Pick<Telemetry, 'logger' | 'count'>;
  readonly #dueMs = new Map<string, number>();

  constructor(telemetry: Pick<Telemetry, 'logger' | 'count'>) {
    this.#telemetry = telemetry;
  }

  /** Takes a model's accuracy in the catalogue and in the field, both in percent. */
  saw(model: string, cataloguePct: number, fieldPct: number): void {
    const nowMs = Date.now();
    if (fieldPct === cataloguePct || nowMs < (this.#dueMs.get(model) ?? 0)) return;
    this.#dueMs.set(model, nowMs + reportMs);
    this.#telemetry.logger.warn('feedback has moved an accuracy', {
      model,
      cataloguePct,
      fieldPct,
    });
    this.#telemetry.count('AccuracyShiftPct', Math.abs(fieldPct - cataloguePct));
  }
}
