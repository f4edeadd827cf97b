import { createRequire } from 'node:module';

// In Lambda these two come from a layer. A layer's modules are found through NODE_PATH, which
// `require` honours and `import` does not.
const require = createRequire(import.meta.url);

/** onnxruntime-node, the CPU inference engine. */
export const ort: typeof import('onnxruntime-node') = require('onnxruntime-node');

/** sharp, the image decoder, limited to the formats of the HTTP contract and to one thread. */
export const sharp: typeof import('sharp').default = require('sharp');

// libvips also reads SVG, TIFF, PDF and more: none of those is accepted from strangers.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
});
sharp.concurrency(1);
sharp.cache(false);
