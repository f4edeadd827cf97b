import { describe, expect, it } from 'vitest';
import { readProcessor } from '../../../../../lib/evaluation/models/edit/hugging-face.ts';
import { readTimmConfig } from '../../../../../lib/evaluation/models/edit/timm.ts';
import { CatalogueError } from '../../../../../lib/service/catalogue/load.ts';

const values = { image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25], resample: 1 };
const usual = { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const processor = (type: string, rest: object) => ({
  image_processor_type: type,
  ...values,
  ...rest,
});
const both = (side: number) => ({ height: side, width: side });
const shorter = (side: number) => ({ shortest_edge: side });
const crop = (resizeShorterSide: number, centerCrop: number) => ({ resizeShorterSide, centerCrop });

describe('readProcessor', () => {
  it.each<[string, object, object]>([
    ['CLIPImageProcessor', { size: shorter(256), crop_size: both(224) }, crop(256, 224)],
    ['CLIPFeatureExtractor', { size: 224, crop_size: 224 }, crop(224, 224)],
    ['BitImageProcessorFast', { size: shorter(256), crop_size: both(224) }, crop(256, 224)],
    ['MobileNetV1ImageProcessor', { size: shorter(256), crop_size: both(224) }, crop(256, 224)],
    ['MobileNetV2ImageProcessor', { size: 256, crop_size: both(224) }, crop(256, 224)],
    // Which crop a fraction of what they scale to.
    ['ConvNextImageProcessor', { size: shorter(224) }, crop(256, 224)],
    ['ConvNextFeatureExtractor', { size: 224, crop_pct: 0.9 }, crop(248, 224)],
    ['LevitImageProcessor', { size: shorter(224), crop_size: both(224) }, crop(256, 224)],
    ['PoolFormerImageProcessor', { size: shorter(224), crop_size: both(224) }, crop(248, 224)],
    [
      'PoolFormerImageProcessor',
      { size: shorter(224), crop_pct: 0.95, crop_size: both(224) },
      crop(235, 224),
    ],
  ])('does what %s does: %j', (type, rest, expected) => {
    const { fields, differences } = readProcessor(processor(type, rest), 'p.json');
    expect(fields).toEqual({ ...expected, ...usual });
    expect(differences).toEqual([]);
  });

  it.each<[string, object, object, RegExp]>([
    ['ViTImageProcessor', { size: both(224) }, crop(224, 224), /squashed to 224 x 224 there/],
    ['ViTFeatureExtractor', { size: 224 }, crop(224, 224), /squashed to 224 x 224 there/],
    [
      'DeiTImageProcessor',
      { size: both(256), crop_size: both(224) },
      crop(256, 224),
      /squashed to 256 x 256 there, while here they keep their proportions/,
    ],
    [
      'BeitImageProcessor',
      { size: 256, do_center_crop: true, crop_size: 224 },
      crop(256, 224),
      /squashed to 256/,
    ],
    ['ConvNextImageProcessor', { size: shorter(384) }, crop(384, 384), /squashed to 384 x 384/],
    ['SiglipImageProcessor', { size: { height: 256, width: 192 } }, {}, /squashed to 192 x 256/],
    [
      'CLIPImageProcessor',
      { size: shorter(224), do_center_crop: false },
      crop(224, 224),
      /not cut there/,
    ],
    [
      'CLIPImageProcessor',
      { size: shorter(224), crop_size: both(224), resample: 3 },
      crop(224, 224),
      /scaled with bicubic filters there, with Lanczos' here/,
    ],
  ])('says what %s does otherwise: %j', (type, rest, expected, difference) => {
    const { fields, differences } = readProcessor(processor(type, rest), 'p.json');
    expect(fields).toEqual({ ...expected, ...usual });
    expect(differences).toEqual([expect.stringMatching(difference)]);
  });

  it.each<[string, string, object, Readonly<Record<string, number>>]>([
    ['nothing', 'ViT', { do_rescale: false, do_normalize: false }, { scale: 1, mean: 0, std: 1 }],
    ['to 0 to 1', 'ViT', { do_normalize: false }, { scale: 1 / 255, mean: 0, std: 1 }],
    ['by one number', 'ViT', { image_mean: 0.1 }, { scale: 1 / 255, mean: 0.1, std: 0.25 }],
    // ((p / 255 - 0.5) / 0.25 - 0) / 0.25
    ['twice', 'EfficientNet', {}, { scale: 1 / 255, mean: 0.5, std: 0.0625 }],
    ['once', 'EfficientNet', { include_top: false }, { scale: 1 / 255, mean: 0.5, std: 0.25 }],
    // (p / 127.5 - 1 - 0.5) / 0.25
    [
      'to -1 to 1 first',
      'EfficientNet',
      { include_top: false, rescale_factor: 1 / 127.5, rescale_offset: true },
      { scale: 1 / 127.5, mean: 1.5, std: 0.25 },
    ],
  ])('scales %s: %s %j', (_, type, rest, { scale, mean, std }) => {
    const value = processor(`${type}ImageProcessor`, { size: 224, ...rest });
    const three = (number?: number) => [number, number, number];
    expect(readProcessor(value, 'p.json').fields).toMatchObject({
      ...{ scale, mean: three(mean), std: three(std) },
    });
  });

  it('turns the colours round for MobileViT, which only scales them', () => {
    const value = {
      feature_extractor_type: 'MobileViTFeatureExtractor',
      ...{ size: 288, crop_size: 256, resample: 1, do_flip_channel_order: true },
    };
    const fields = { ...crop(288, 256), color: 'BGR', ...usual, mean: [0, 0, 0], std: [1, 1, 1] };
    expect(readProcessor(value, 'p.json')).toEqual({ fields, differences: [] });
  });

  it('needs no name of a processor whose file says everything', () => {
    const value = { ...values, size: both(8), do_center_crop: true, crop_size: both(8) };
    expect(readProcessor(value, 'p.json').fields).toEqual({ ...crop(8, 8), ...usual });
  });

  it.each<[string, object, RegExp]>([
    ['an unknown one', processor('DonutImageProcessor', {}), /"DonutImageProcessor" is not known/],
    ['no size', processor('ViTImageProcessor', {}), /"size" is missing/],
    ['any size', processor('ViTImageProcessor', { do_resize: false }), /"do_resize" is false/],
    [
      'the longer side',
      processor('ViTImageProcessor', { size: { longest_edge: 9 } }),
      /field size/,
    ],
    [
      'a size of which sides',
      { ...values, size: 224, do_center_crop: false },
      /p\.json: "size" is missing/,
    ],
    ['no crop', processor('CLIPImageProcessor', { size: 224 }), /"crop_size" is missing/],
    [
      'a crop or none',
      processor('BeitImageProcessor', { size: 224, crop_size: 224 }),
      /"do_center_crop" is missing/,
    ],
    [
      'a crop that is no square',
      processor('CLIPImageProcessor', { size: 256, crop_size: { height: 224, width: 192 } }),
      /"crop_size" is not a square/,
    ],
    [
      'a black frame',
      processor('MobileViTImageProcessor', { size: 224, crop_size: 256 }),
      /less than "crop_size", and framed in black/,
    ],
    ['a frame', processor('ViTImageProcessor', { size: 224, do_pad: true }), /"do_pad" cannot be/],
    [
      'no mean',
      { image_processor_type: 'ViTImageProcessor', size: 224 },
      /"image_mean" or "image_std" is missing/,
    ],
    [
      'an offset that versions disagree on',
      processor('EfficientNetImageProcessor', { size: 224, rescale_offset: true }),
      /"rescale_offset" is only clear with/,
    ],
  ])('refuses %s by name', (_, value, message) => {
    expect(() => readProcessor(value, 'p.json')).toThrow(CatalogueError);
    expect(() => readProcessor(value, 'p.json')).toThrow(message);
    expect(() => readProcessor(value, 'p.json')).toThrow(/^p\.json: [^\n]*$/);
  });
});

describe('readTimmConfig', () => {
  const config = {
    ...{ input_size: [3, 224, 224], crop_pct: 0.9, mean: usual.mean, std: usual.std },
    ...{ interpolation: 'lanczos', crop_mode: 'center', first_conv: 'stem' },
  };

  it('scales to more than is cut out', () => {
    const expected = { fields: { ...crop(248, 224), ...usual }, differences: [] };
    expect(readTimmConfig(config, 'c.json')).toEqual(expected);
  });

  it('says what is different', () => {
    const value = { ...config, crop_mode: 'squash', interpolation: 'bicubic' };
    expect(readTimmConfig(value, 'c.json').differences).toEqual([
      expect.stringMatching(/^pictures are squashed there/),
      expect.stringMatching(/^pictures are scaled with bicubic filters there/),
    ]);
  });

  it.each([
    ['a frame', { crop_mode: 'border' }, /crop_mode "border" cannot be done/],
    ['no square', { input_size: [3, 224, 192] }, /input_size 224 x 192 cannot be done/],
    ['grey pictures', { input_size: [1, 28, 28] }, /pretrained_cfg: field input_size/],
  ])('refuses %s by name', (_, change, message) => {
    expect(() => readTimmConfig({ ...config, ...change }, 'c.json')).toThrow(message);
  });
});
