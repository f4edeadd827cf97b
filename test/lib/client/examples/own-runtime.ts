import type { OnDeviceModel } from '@mdinference/client';

/** Any runtime: here one that has loaded a model under the name `classifier`. */
declare const classifier: { run(image: Blob): Promise<{ index: number; probability: number }[]> };
declare const labels: string[];

export const onDevice: OnDeviceModel = {
  name: 'my-model',
  accuracyPct: 57,
  classify: async (image) => {
    const best = await classifier.run(image as Blob);
    return {
      predictions: best.map(({ index, probability }) => ({
        index,
        label: labels[index] ?? String(index),
        score: probability,
      })),
    };
  },
};
