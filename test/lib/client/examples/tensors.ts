import { createTensorClient, type TensorFunction } from '@mdinference/client/tensors';

/** The small model on the device, in any runtime. */
declare const classify: (audio: Float32Array) => Promise<number[]>;

const onDevice: TensorFunction = async ({ audio }) => {
  if (audio?.datatype !== 'FP32') throw new TypeError('there is no audio');
  return { scores: { datatype: 'FP32', shape: [1, 10], data: await classify(audio.data) } };
};

const client = createTensorClient({
  endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  model: 'digits',
  slaMs: 250,
  onDevice: { name: 'tiny', accuracyPct: 81, infer: onDevice },
});

/** Half a second at 16 kHz. */
const audio = { datatype: 'FP32', shape: [1, 8000], data: new Float32Array(8_000) } as const;
const { outputs, source, model, timing } = await client.infer({ audio });
console.log(outputs.scores?.data, `by ${model.name} (${source}), after ${timing.totalMs} ms`);
client.close();
