import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../../../lib/shapes/generate.ts';
import { encodeJpeg } from '../../../lib/shapes/jpeg.ts';
import { classify, openModel } from './classify.ts';
import { catalogueFolder, ladder, modelFile } from './ladder.ts';
import { decodeJpeg } from './through-jpeg.ts';

/** The data set that the samples are from: neither training nor test. */
const seed = 2000;

/** How many of the ladder's upper models have to agree with a sample's label. */
const upperModels = 4;

/**
 * Writes one JPEG of each class, the first of moderate difficulty that the upper models get right,
 * as `samples/<label>.jpg`.
 */
const folder = new URL('samples/', catalogueFolder);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const judges = await Promise.all(
  ladder.slice(-upperModels).map((name) => openModel(modelFile(name))),
);

for (const [labelIndex, label] of shapeLabels.entries()) {
  for (let index = labelIndex; ; index += shapeLabels.length) {
    const { pixels, difficulty } = generateImage({ seed, index });
    if (difficulty < 0.2 || difficulty > 0.5) continue;
    const jpeg = await encodeJpeg(pixels, imageSize);
    const decoded = await decodeJpeg(jpeg);
    const answers = await Promise.all(judges.map((judge) => classify(judge, decoded)));
    if (answers.some(({ index: answer }) => answer !== labelIndex)) continue;
    writeFileSync(new URL(`${label}.jpg`, folder), jpeg);
    console.log(`${label}: image ${index}, difficulty ${difficulty.toFixed(2)}`);
    break;
  }
}
