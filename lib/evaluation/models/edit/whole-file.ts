import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { largestOnnxBytes } from '../../../service/catalogue/limits.ts';
import { CatalogueError, explaining } from '../../../service/catalogue/load.ts';
import { checkIsOnnx } from '../../../service/catalogue/onnx/check.ts';
import { externalDataOf, tensorFields } from '../../../service/catalogue/onnx/external-data.ts';
import {
  type Message,
  OnnxFile,
  OnnxFileError,
  type Span,
} from '../../../service/catalogue/onnx/onnx-file.ts';
import { type FilePart, ModelParts } from './model-parts.ts';

/** A file as it was written. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
  /** The other files that have been taken into it. */
  readonly folded: readonly string[];
}

/** A piece of the file to be written: bytes, or a part of another file. */
type Piece = Uint8Array | FilePart;

/**
 * Copies a model into one file: weights that lie in other files ("external data") are taken into it, so that there
 * is one file to be hashed, deployed and fetched. A model of one file is copied byte by byte.
 *
 * @param from - the .onnx file; other files are found from its folder, or, where it is a link, from the one that it
 *   links to
 * @throws {@link CatalogueError} when the file cannot be read
 * @throws {@link OnnxFileError} when it is no ONNX file, a part of it is missing, too short, not the one that the
 *   model says or outside of its folder, or the whole is too large for one file
 */
export function writeWholeFile(from: string, to: string): WrittenFile {
  return explaining(from, 'a model', () => OnnxFile.open(from, (file) => write(file, to)));
}

function write(file: OnnxFile, to: string): WrittenFile {
  checkIsOnnx(file);
  const parts = new ModelParts(file);
  const pieces = wholeMessage(file, parts, file.model, 'model', 0) ?? [
    { path: file.path, ...file.model },
  ];
  const bytes = lengthOf(pieces);
  if (bytes > largestOnnxBytes) {
    throw new OnnxFileError(
      `${file.path}: with ${[...parts.files.keys()].join(', ')} it has ${(bytes / 1e6).toFixed(0)} MB, but an .onnx file cannot be larger than ${(largestOnnxBytes / 1e6).toFixed(0)} MB: export it with float16 or quantised weights`,
    );
  }
  return { bytes, sha256: writePieces(pieces, to), folded: [...parts.files.keys()] };
}

/** A message with all its tensors' values in it; undefined when they are there already. */
function wholeMessage(
  file: OnnxFile,
  parts: ModelParts,
  span: Span,
  message: Message,
  depth: number,
): Piece[] | undefined {
  if (message === 'tensor') return wholeTensor(file, parts, span);
  const pieces: Piece[] = [];
  let copiedTo = span.start;
  for (const { number, start, end, content } of file.fields(span)) {
    const inner = file.innerMessage(message, number, depth);
    const whole = inner && wholeMessage(file, parts, content, inner, depth + 1);
    if (!whole) continue;
    const before = { path: file.path, start: copiedTo, end: start };
    pieces.push(before, header(number, lengthOf(whole)), ...whole);
    copiedTo = end;
  }
  if (copiedTo === span.start) return undefined;
  return [...pieces, { path: file.path, start: copiedTo, end: span.end }];
}

function wholeTensor(file: OnnxFile, parts: ModelParts, span: Span): Piece[] | undefined {
  const data = externalDataOf(file, span);
  if (!data) return undefined;
  const { rawData, externalData, dataLocation } = tensorFields;
  const replaced: readonly number[] = [rawData, externalData, dataLocation];
  const kept = [...file.fields(span)].filter(({ number }) => !replaced.includes(number));
  const values = parts.partOf(data);
  return [
    ...kept.map(({ start, end }) => ({ path: file.path, start, end })),
    header(rawData, data.length),
    values,
  ];
}

/** What precedes a field of bytes: its number and its length. */
function header(field: number, length: number): Uint8Array {
  const lengthDelimited = 2;
  return Uint8Array.of(...varint(field * 8 + lengthDelimited), ...varint(length));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.end - piece.start),
    0,
  );
}

/** Writes a file out of its pieces; returns its SHA-256. */
function writePieces(pieces: readonly Piece[], to: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(2 ** 20);
  const sources = new Map<string, number>();
  const target = openSync(to, 'w');
  const append = (bytes: Uint8Array) => {
    hash.update(bytes);
    writeSync(target, bytes);
  };
  try {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) append(piece);
      else {
        const source = sources.get(piece.path) ?? openSync(piece.path, 'r');
        sources.set(piece.path, source);
        for (let position = piece.start; position < piece.end; ) {
          const length = Math.min(buffer.length, piece.end - position);
          const read = readSync(source, buffer, { position, length });
          if (read === 0) throw new CatalogueError(`${piece.path}: it has become shorter`);
          append(buffer.subarray(0, read));
          position += read;
        }
      }
    }
    fsyncSync(target);
    return hash.digest('hex');
  } finally {
    for (const file of [target, ...sources.values()]) closeSync(file);
  }
}
