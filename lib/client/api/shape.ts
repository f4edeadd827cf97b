/**
 * The shape of a JSON value: a type's name (or a range of numbers), an object of shapes, or a list of
 * one shape.
 */
export type Shape =
  | 'string'
  | 'boolean'
  | 'number'
  | readonly [least: number, most: number]
  | readonly [Shape]
  | { readonly [key: string]: Shape };

/** Labels with their probabilities. */
export const predictionsShape = [
  { index: 'number', label: 'string', score: [0, 1] },
] as const satisfies Shape;

/** What is wrong with a list of predictions; undefined when nothing is. */
export function faultOfPredictions(value: unknown): string | undefined {
  const isEmpty = Array.isArray(value) && value.length === 0;
  return mismatch(value, predictionsShape, '.predictions') ?? (isEmpty ? '.predictions' : undefined);
}

/** Where a value differs from a shape, such as `.model.name`; undefined when it does not. */
export function mismatch(value: unknown, shape: Shape, path = ''): string | undefined {
  const wrong = path || 'its type';
  if (typeof shape === 'string') return typeof value === shape ? undefined : wrong;
  if (isRange(shape)) {
    const [least, most] = shape;
    return typeof value === 'number' && value >= least && value <= most ? undefined : wrong;
  }
  if (typeof value !== 'object' || value === null) return wrong;
  if (isList(shape)) {
    if (!Array.isArray(value)) return wrong;
    return first(value, (element, i) => mismatch(element, shape[0], `${path}[${i}]`));
  }
  const members = value as Record<string, unknown>;
  return first(Object.keys(shape), (key) =>
    mismatch(members[key], shape[key] as Shape, `${path}.${key}`),
  );
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isRange(shape: Shape): shape is readonly [number, number] {
  return Array.isArray(shape) && shape.length === 2;
}

function first<T, R>(values: readonly T[], find: (value: T, i: number) => R | undefined) {
  for (let i = 0; i < values.length; i++) {
    const found = find(values[i] as T, i);
    if (found !== undefined) return found;
  }
  return undefined;
}
