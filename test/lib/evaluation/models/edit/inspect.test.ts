import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../../../lib/evaluation/models/edit/inspect.ts';
import { colourModel, colours } from '../../../../fixtures/colours.ts';

describe('inspectModel', () => {
  it.each([
    [{}, { dtype: 'float32', layout: 'NCHW' }],
    [{ layout: 'NHWC' }, { dtype: 'float32', layout: 'NHWC' }],
    [
      { dtype: 'uint8', layout: 'NHWC' },
      { dtype: 'uint8', layout: 'NHWC' },
    ],
  ] as const)('reads type and layout of %j off the file', async (options, expected) => {
    const { preprocessing, input } = await inspectModel(colourModel(options), { labels: colours });
    expect(preprocessing).toMatchObject({ ...expected, color: 'RGB', scale: 1 });
    expect(input).toEqual({ dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' });
  });

  it('keeps what was given, and the input of a catalogue that is there', async () => {
    const input = { dtype: 'uint8', shape: [1, 20, 30, 3], layout: 'NHWC' } as const;
    const description = await inspectModel(colourModel(), {
      labels: colours,
      preprocessing: { scale: 0.5, color: 'BGR' },
      input: { ...input, shape: [...input.shape] },
    });
    expect(description.preprocessing).toMatchObject({ scale: 0.5, color: 'BGR', dtype: 'float32' });
    expect(description.input).toEqual(input);
  });

  it.each([
    ['logits', {}, 'logits'],
    ['probabilities', { ending: 'softmax' }, 'probabilities'],
  ] as const)('tells %s', async (_, options, output) => {
    expect((await inspectModel(colourModel(options), { labels: colours })).output).toBe(output);
  });

  it.each([
    ['NaN', colourModel({ gain: Number.POSITIVE_INFINITY }), undefined, /NaN or an infinity/],
    ['any size', colourModel({ side: 'side' }), undefined, /any size: say centerCrop/],
    ['another layout', colourModel(), { layout: 'NHWC' }, /is NCHW, but preprocessing\.layout/],
  ] as const)('refuses %s', async (_, file, preprocessing, message) => {
    await expect(inspectModel(file, { labels: colours, preprocessing })).rejects.toThrow(message);
  });

  it('takes the size from the crop when the file leaves it open', async () => {
    const { input } = await inspectModel(colourModel({ side: 'side' }), {
      labels: colours,
      preprocessing: { centerCrop: 12 },
    });
    expect(input.shape).toEqual([1, 12, 12, 3]);
  });
});
