import sharp from 'sharp';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { generateImage, imageSize, type ShapeImage } from '../../../lib/shapes/generate.ts';
import { catalogueFolder } from './ladder.ts';

/** Writes images.jpg: a row for each class, difficulty rising from left to right. */
const columns = 8;
const tile = 96;
const gap = 2;
const pitch = tile + gap;

const pool: ShapeImage[] = [];
for (let index = 0; index < shapeLabels.length * 40; index++) {
  pool.push(generateImage({ seed: 2000, index, easier: true }));
}

const tiles = shapeLabels.flatMap((_, labelIndex) =>
  Array.from({ length: columns }, async (_, column) => {
    const wanted = (column + 0.5) / columns;
    const [nearest] = pool
      .filter((image) => image.labelIndex === labelIndex)
      .sort((a, b) => Math.abs(a.difficulty - wanted) - Math.abs(b.difficulty - wanted));
    const input = await sharp(nearest?.pixels, {
      raw: { width: imageSize, height: imageSize, channels: 3 },
    })
      .resize(tile)
      .png()
      .toBuffer();
    // Two classes side by side, or the sheet is twice as tall as wide.
    const left = ((labelIndex % 2) * columns + column) * pitch + (labelIndex % 2) * tile * 0.25;
    return { input, left: Math.round(left), top: Math.floor(labelIndex / 2) * pitch };
  }),
);

await sharp({
  create: {
    width: 2 * columns * pitch + tile / 4,
    height: (shapeLabels.length / 2) * pitch,
    channels: 3,
    background: 'white',
  },
})
  .composite(await Promise.all(tiles))
  .jpeg({ quality: 72 })
  .toFile(new URL('images.jpg', catalogueFolder).pathname);
