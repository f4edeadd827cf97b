import { loadNative } from './native-modules.ts';

// It would report every process that loads it to its vendor, from a thread that starts with the library.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** onnxruntime-node, the CPU inference engine. */
export const ort = loadNative<typeof import('onnxruntime-node')>('onnxruntime-node');

/** sharp, the image decoder, limited to the formats of the HTTP contract and to one thread. */
export const sharp = loadNative<typeof import('sharp').default>('sharp');

// libvips also reads SVG, TIFF, PDF and more: none of those is accepted from strangers.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
});
sharp.concurrency(1);
sharp.cache(false);
