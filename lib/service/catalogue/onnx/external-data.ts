import { type OnnxFile, OnnxFileError, type Span } from './onnx-file.ts';

/** Where the values of a tensor lie that are not in the model's own file. */
export interface ExternalData {
  /** The tensor's name. */
  readonly tensor: string;
  /** The file, relative to the model's folder. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** SHA-1 of the whole file, in hexadecimal; most exporters leave it out. */
  readonly checksum: string | undefined;
}

/** The numbers of a tensor's fields. */
export const tensorFields = {
  dims: 1,
  dataType: 2,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;

/** `TensorProto.DataLocation`. */
const isExternal = 1;

/** Bits of an element, by `TensorProto.DataType`. Text (8) cannot lie outside. */
const elementBits: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64 },
  ...{ 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8 },
  ...{ 25: 2, 26: 2 },
};

/**
 * Where a tensor's values lie.
 *
 * @returns undefined when they are in the model's own file
 * @throws {@link OnnxFileError} when it says that they are elsewhere, but not where
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export function externalDataOf(file: OnnxFile, span: Span): ExternalData | undefined {
  const fields = [...file.fields(span)];
  const integersOf = (number: number) =>
    fields.filter((field) => field.number === number).flatMap((field) => file.integers(field));
  if (integersOf(tensorFields.dataLocation).at(-1) !== isExternal) return undefined;

  const name = fields.find(({ number }) => number === tensorFields.name);
  const tensor = name ? file.text(name) : '';
  const entries = new Map(
    fields
      .filter(({ number }) => number === tensorFields.externalData)
      .map(({ content }) => {
        const parts = new Map<number, string>();
        for (const part of file.fields(content)) parts.set(part.number, file.text(part));
        return [parts.get(1), parts.get(2)] as const;
      }),
  );
  const wrong = (what: string) =>
    new OnnxFileError(
      `${file.path}: the values of tensor "${tensor}" lie in another file, ${what}`,
    );
  const numberOf = (key: 'offset' | 'length') => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw wrong(`but their ${key} in it is "${text}"`);
  };
  const location = entries.get('location');
  if (!location) throw wrong('but it is not said in which');
  const bits = elementBits[integersOf(tensorFields.dataType).at(-1) ?? 0];
  if (bits === undefined) throw wrong(`"${location}", but their type is not known`);
  const count = integersOf(tensorFields.dims).reduce((product, side) => product * side, 1);
  return {
    tensor,
    location,
    offset: numberOf('offset') ?? 0,
    length: numberOf('length') ?? Math.ceil((count * bits) / 8),
    checksum: entries.get('checksum'),
  };
}
