/**
 * What pictures take to decode, those of cameras and those that were made to take much: CPU time and memory,
 * each in a process of its own, beside what is foretold of them.
 *
 * It reads /proc, as Linux has it.
 *
 *   npm run bench -- decode-cost [part of a name]
 */
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { decodeCost } from '../lib/core/images/cost.ts';
import { readImageHeader } from '../lib/core/images/header.ts';
import { decodeLimitsFor, whyNotDecoded } from '../lib/core/images/limits.ts';
import { decodeImage } from '../lib/service/inference/decode.ts';
import {
  animatedPng,
  animatedWebp,
  bandBomb,
  chunk,
  codesBomb,
  flatJpeg,
  flatPng,
  flatWebp,
  profileBomb,
  scanBomb,
  textBomb,
  withProfile,
} from '../test/fixtures/costly-images.ts';
import { phonePhoto } from '../test/fixtures/photos.ts';

interface Taken {
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly fault?: string;
}

/** Decodes a file without limits, once everything is loaded. */
async function decodeOne(file: string): Promise<Taken> {
  const bytes = readFileSync(file);
  const crop = { width: 224, height: 224, resizeShorterSide: 256 };
  const most = Number.POSITIVE_INFINITY;
  const limits = { ms: most, bytes: most, scans: most };
  await decodeImage(flatJpeg({ width: 300, height: 300 }), crop);
  const beforeKb = mostMemoryKb();
  const cpu = process.cpuUsage();
  const fault = await decodeImage(bytes, crop, limits).then(
    () => ({}),
    (error: Error) => ({ fault: error.message }),
  );
  const { user, system } = process.cpuUsage(cpu);
  const memoryMb = (mostMemoryKb() - beforeKb) / 1_000;
  return { cpuMs: (user + system) / 1_000, memoryMb, ...fault };
}

/** The most that this process has taken; what Node tells begins with its parent's. */
function mostMemoryKb(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

async function printTable(wanted: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
  const row = (cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`);
  row(['picture', 'KB', 'foretold ms', 'ms', 'foretold MB', 'MB', 'at 1769 MB']);
  row(Array(7).fill('---'));
  try {
    for (const [name, make] of Object.entries(pictures)) {
      if (!name.includes(wanted)) continue;
      const bytes = await make();
      const header = readImageHeader(bytes);
      if (!header) throw new Error(`${name} has no header`);
      const file = join(folder, 'picture');
      writeFileSync(file, bytes);
      const call = [import.meta.filename, '--one', file];
      const taken: Taken = JSON.parse(execFileSync(process.execPath, call, { encoding: 'utf8' }));
      const { ms, mostMs, mostBytes } = decodeCost(header);
      const isTaken = whyNotDecoded(bytes, header, decodeLimitsFor(1769)) === undefined;
      row([
        name,
        (bytes.length / 1_000).toFixed(bytes.length < 10_000 ? 1 : 0),
        mostMs < 1.1 * ms ? ms.toFixed(0) : `${ms.toFixed(0)} to ${mostMs.toFixed(0)}`,
        taken.cpuMs.toFixed(0),
        (mostBytes / 1e6).toFixed(0),
        taken.memoryMb.toFixed(0),
        taken.fault ?? (isTaken ? 'decoded' : 'refused'),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function photo(width: number, height: number): Promise<Sharp> {
  const file = await phonePhoto(2_016, 1_512);
  return sharp(file, { limitInputPixels: false }).resize(width, height, { fit: 'fill' });
}

function noise(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(3 * width * height);
  for (let at = 0; at < pixels.length; at += 65_536) {
    randomFillSync(pixels, at, Math.min(65_536, pixels.length - at));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const solid = (width: number, height: number, background = 'red') =>
  sharp({ create: { width, height, channels: 4, background }, limitInputPixels: false });

type Make = () => Buffer | Promise<Buffer>;
const [square, tall] = [
  { width: 7_000, height: 7_000 },
  { width: 500, height: 65_500 },
];
const coarse = { samplings: [0x22, 0x11, 0x11] };
const inks = { samplings: [0x11, 0x11, 0x11, 0x11] };
const deep = { bits: 16, colourType: 6 };
const full = { chromaSubsampling: '4:4:4' } as const;
const small = { width: 100, height: 100 };

const pictures: Readonly<Record<string, Make>> = {
  'photo, JPEG, 640 x 480': () => phonePhoto(640, 480),
  'photo, JPEG, 12 MP': () => phonePhoto(4_032, 3_024),
  'photo, JPEG, 50 MP': async () => (await photo(8_160, 6_120)).jpeg({ quality: 80 }).toBuffer(),
  'photo, JPEG, 108 MP': async () => (await photo(12_000, 9_000)).jpeg({ quality: 60 }).toBuffer(),
  'photo, progressive JPEG, 12 MP': async () =>
    (await photo(4_032, 3_024)).jpeg({ quality: 90, progressive: true }).toBuffer(),
  'photo, progressive JPEG, 50 MP': async () =>
    (await photo(8_160, 6_120)).jpeg({ quality: 70, progressive: true }).toBuffer(),
  'photo, progressive JPEG 4:4:4, 50 MP': async () =>
    (await photo(8_160, 6_120)).jpeg({ quality: 70, progressive: true, ...full }).toBuffer(),
  'photo, PNG, 3 MP, P3': async () =>
    (await photo(1_170, 2_532)).withIccProfile('p3').png().toBuffer(),
  'photo, WebP, 12 MP': async () => (await photo(4_032, 3_024)).webp({ quality: 90 }).toBuffer(),
  'photo, WebP, 50 MP': async () =>
    (await photo(8_160, 6_120)).webp({ quality: 70, effort: 0 }).toBuffer(),
  'photo, lossless WebP, 1 MP': async () =>
    (await photo(1_200, 900)).webp({ lossless: true }).toBuffer(),

  'JPEG 4:2:0, flat, 49 MP': () => flatJpeg(square, coarse),
  'JPEG 4:4:4, flat, 49 MP': () => flatJpeg(square),
  'JPEG 4:4:4, flat, 33 MP, 500 wide': () => flatJpeg(tall),
  'JPEG 4:4:4, flat, 33 MP, 500 high': () => flatJpeg({ width: 65_500, height: 500 }),
  'JPEG of inks, 49 MP': () => flatJpeg(square, inks),
  'JPEG of inks, 10 MP, 500 high': () => flatJpeg({ width: 20_000, height: 500 }, inks),
  'JPEG 4:4:4, noise': () =>
    noise(1_150, 1_150)
      .jpeg({ quality: 100, ...full })
      .toBuffer(),
  'JPEG, three scans, 49 MP': () => flatJpeg(square, { separate: true }),
  'JPEG, progressive, noise': () =>
    noise(1_150, 1_150)
      .jpeg({ quality: 100, progressive: true, ...full })
      .toBuffer(),
  'JPEG, 30 scans of all coefficients, 16 MP': () => bandBomb(10, { width: 4_000, height: 4_000 }),

  'JPEG, 60 scans, 50 MP': () => scanBomb(60),
  'JPEG, 95 scans, 50 MP': () => scanBomb(95),
  'JPEG, 2,000 scans, 50 MP': () => scanBomb(2_000),
  'JPEG, a profile of 200 steps': () => withProfile(flatJpeg(small), profileBomb(200)),

  'PNG, grey of 1 bit, 49 MP': () => flatPng({ ...square, bits: 1, colourType: 0 }),
  'PNG, RGB, 49 MP': () => flatPng(square),
  'PNG, RGBA, 49 MP': () => flatPng({ ...square, colourType: 6 }),
  'PNG, RGBA of 16 bits, 49 MP': () => flatPng({ ...square, ...deep }),
  'PNG, RGBA of 16 bits, 990,000 x 20': () => flatPng({ width: 990_000, height: 20, ...deep }),
  'PNG, RGB, P3, 49 MP': () =>
    solid(7_000, 7_000).removeAlpha().withIccProfile('p3').png().toBuffer(),
  'PNG, interlaced, 1 bit, 49 MP': () =>
    flatPng({ ...square, bits: 1, colourType: 0, isInterlaced: true }),
  'PNG, interlaced, RGB, 49 MP': () => flatPng({ ...square, isInterlaced: true }),
  'PNG, interlaced, RGB, 20 x 1,000,000': () =>
    flatPng({ width: 20, height: 1_000_000, isInterlaced: true }),
  'PNG, interlaced, RGBA of 16 bits, 50 MP': () =>
    flatPng({ width: 7_070, height: 7_070, ...deep, isInterlaced: true }),
  'PNG, noise': () => noise(1_200, 1_200).png().toBuffer(),
  'PNG, pieces of 1 byte': () =>
    flatPng({ width: 1_600, height: 1_600, bits: 1, colourType: 0, pieceBytes: 1, level: 0 }),
  'PNG, 300,000 texts': () =>
    flatPng({ ...small, before: Array(300_000).fill(chunk('tEXt', Buffer.from('k\0v'))) }),
  'PNG, 9 compressed texts': () =>
    flatPng({ ...small, before: Array(9).fill(textBomb(7_900_000)) }),
  'PNG, 400 compressed texts': () =>
    flatPng({ ...small, before: Array(400).fill(textBomb(7_900_000)) }),
  'PNG, animated, 300 frames of 4 MP': () => animatedPng({ width: 2_000, height: 2_000 }, 300),

  'WebP, flat, 49 MP': () => solid(7_000, 7_000).webp().toBuffer(),
  'WebP with alpha, flat, 49 MP': () => solid(7_000, 7_000, '#ff000080').webp().toBuffer(),
  'WebP, noise': () => noise(2_100, 2_100).webp({ quality: 95, effort: 0 }).toBuffer(),
  'WebP, lossless, flat, 50 MP': () => flatWebp({ width: 7_070, height: 7_070 }),
  'WebP, lossless, flat, 140 MP': () => flatWebp({ width: 11_800, height: 11_800 }),
  'WebP, lossless, noise': () => noise(1_200, 1_200).webp({ lossless: true }).toBuffer(),
  'WebP, lossless, 65,536 groups of codes': () => codesBomb({ width: 1_024, height: 1_024 }),
  'WebP, animated, 1,000 frames of 49 MP': () => animatedWebp(square, 1_000),
};

const [first, path = ''] = process.argv.slice(2);
if (first === '--one') console.log(JSON.stringify(await decodeOne(path)));
else await printTable(first ?? '');
