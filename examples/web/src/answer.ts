import { type Classification, type DeviceAnswer, SlaExceededError } from '@mdinference/client';

const output = document.querySelector<HTMLOutputElement>('#answer');

/** Shows an answer, in words for people and in `data-*` for tests. */
export function showAnswer({ predictions, source, model, inTime, timing }: Classification): void {
  if (!output) return;
  const label = predictions[0]?.label ?? '';
  const totalMs = timing.totalMs.toFixed(1);
  Object.assign(output.dataset, { label, source, totalMs, inTime: String(inTime) });
  const ms = `${totalMs} ms${inTime ? '' : ', too late'}`;
  output.textContent = `${label}, says ${model.name} (${source}) after ${ms}`;
}

/** Shows the device's answer while a better one may still come. */
export function showInterim({ predictions }: DeviceAnswer): void {
  if (output) output.textContent = `${predictions[0]?.label}?`;
}

/** Shows why there is no answer. */
export function showError(error: unknown): void {
  if (!output) return;
  for (const name of Object.keys(output.dataset)) delete output.dataset[name];
  output.textContent = error instanceof SlaExceededError ? 'Too slow' : String(error);
}

/** Says how far the page is. */
export function showStatus(text: string): void {
  const status = document.querySelector('#status');
  if (status) status.textContent = text;
}
