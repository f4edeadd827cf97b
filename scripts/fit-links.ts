#!/usr/bin/env node
import { seededRandom } from '../lib/core/statistics/random.ts';
import { fitLink } from '../lib/evaluation/engine/network/fit-link.ts';
import { readLinks } from '../lib/evaluation/engine/network/links.ts';

/*
 * Summarizes recorded links for the playground, which cannot include the recordings themselves:
 *
 *   npx node scripts/fit-links.ts FOLDER_WITH_TRACES > lib/playground/requests/recorded-links.json
 */

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('say where the traces are: NAME.up and NAME.down of each link');

// What the playground sends, a JPEG of 192 x 192 pixels, and gets, in one packet.
const transfers = { uploadBytes: 12_000, answerBytes: 1_500, baseDelayMs: 20, count: 20_000 };

const links = readLinks(folder).map((link) => {
  const { upload, download } = fitLink(link, { ...transfers, random: seededRandom(1) });
  return {
    name: link.name,
    uploadMs: Math.round(upload.medianMs),
    uploadSigma: Number(upload.sigma.toFixed(2)),
    downloadMs: Math.round(download.medianMs),
    downloadSigma: Number(download.sigma.toFixed(2)),
  };
});
const source = 'recordings of ravinet/mahimahi (commit ae477d4), fitted by scripts/fit-links.ts';
console.log(JSON.stringify({ source, ...transfers, links }, undefined, 2));
