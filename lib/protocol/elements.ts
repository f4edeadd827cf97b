import { fromFloat16, toFloat16 } from '../core/preprocessing/float16.ts';
import type { FixedDatatype } from './datatypes.ts';

/** How one element is read from binary data and written to it. */
export interface ElementCodec {
  /** What the values can be, in words. */
  readonly range: string;
  /** Whether a value of JSON can be written. */
  readonly takes: (value: unknown) => boolean;
  readonly write: (view: DataView, offset: number, value: number) => void;
  /** The value as JSON writes it. */
  readonly read: (view: DataView, offset: number) => string;
}

/** By their datatypes. */
export const elementCodecs: Readonly<Record<FixedDatatype, ElementCodec>> = {
  BOOL: {
    range: 'true or false',
    takes: (value) => typeof value === 'boolean' || value === 0 || value === 1,
    write: (view, offset, value) => view.setUint8(offset, Number(value)),
    read: (view, offset) => String(view.getUint8(offset) !== 0),
  },
  UINT8: integers(0, 2 ** 8 - 1, 'Uint8'),
  UINT16: integers(0, 2 ** 16 - 1, 'Uint16'),
  UINT32: integers(0, 2 ** 32 - 1, 'Uint32'),
  INT8: integers(-(2 ** 7), 2 ** 7 - 1, 'Int8'),
  INT16: integers(-(2 ** 15), 2 ** 15 - 1, 'Int16'),
  INT32: integers(-(2 ** 31), 2 ** 31 - 1, 'Int32'),
  UINT64: longIntegers(0, 'BigUint64'),
  INT64: longIntegers(Number.MIN_SAFE_INTEGER, 'BigInt64'),
  FP16: floats(
    (value) => fromFloat16(toFloat16(value)),
    (view, offset, value) => view.setUint16(offset, toFloat16(value), true),
    (view, offset) => fromFloat16(view.getUint16(offset, true)),
  ),
  FP32: floats(
    Math.fround,
    (view, offset, value) => view.setFloat32(offset, value, true),
    (view, offset) => shortestFloat32(view.getFloat32(offset, true)),
  ),
  FP64: floats(
    (value) => value,
    (view, offset, value) => view.setFloat64(offset, value, true),
    (view, offset) => view.getFloat64(offset, true),
  ),
};

type IntegerKind = 'Uint8' | 'Uint16' | 'Uint32' | 'Int8' | 'Int16' | 'Int32';

function integers(low: number, high: number, kind: IntegerKind): ElementCodec {
  return {
    range: `whole numbers from ${low} to ${high}`,
    takes: (value) =>
      Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
    write: (view, offset, value) => view[`set${kind}`](offset, value, true),
    read: (view, offset) => String(view[`get${kind}`](offset, true)),
  };
}

/** Larger ones than JSON's readers keep exact are taken as binary data alone, but written to JSON in full. */
function longIntegers(low: number, kind: 'BigUint64' | 'BigInt64'): ElementCodec {
  return {
    range: `whole numbers from ${low} to ${Number.MAX_SAFE_INTEGER}, others as binary data`,
    takes: (value) => Number.isSafeInteger(value) && (value as number) >= low,
    write: (view, offset, value) => view[`set${kind}`](offset, BigInt(value), true),
    read: (view, offset) => String(view[`get${kind}`](offset, true)),
  };
}

/** JSON has no NaN and no infinities: null stands for them in answers, and requests cannot say them. */
function floats(
  round: (value: number) => number,
  write: ElementCodec['write'],
  read: (view: DataView, offset: number) => number,
): ElementCodec {
  return {
    range: 'numbers of its range',
    takes: (value) => typeof value === 'number' && Number.isFinite(round(value)),
    write,
    read: (view, offset) => JSON.stringify(read(view, offset)),
  };
}

/** The shortest decimal that stands for the same float32: 0.1, not 0.10000000149011612. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
