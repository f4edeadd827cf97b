import { createClient, SlaExceededError } from '@mdinference/client';
import { describeModel, onnxruntimeWeb } from '@mdinference/client/onnxruntime-web';

// The catalogue and its smallest model lie beside the page.
const catalogue = await (await fetch('/models/shapes/catalogue.json')).json();
const description = describeModel(catalogue);
const client = createClient({
  endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  slaMs: 250,
  onDevice: onnxruntimeWeb({ ...description, model: `/models/shapes/${description.name}.onnx` }),
});

const input = document.querySelector<HTMLInputElement>('input[type=file]');
const output = document.querySelector('output');
input?.addEventListener('change', async () => {
  const [photo] = input.files ?? [];
  if (!photo || !output) return;
  try {
    const { predictions, source, model, timing } = await client.classify(photo);
    const [best] = predictions;
    const ms = timing.totalMs.toFixed(0);
    output.textContent = `${best?.label}, says ${model.name} (${source}) after ${ms} ms`;
  } catch (error) {
    output.textContent = error instanceof SlaExceededError ? 'Too slow' : String(error);
  }
});

// The page works from the beginning; this makes the first answer as fast as the others.
const { models } = await client.prepare();
for (const { name, ready, error } of models) if (!ready) console.warn(name, error);
