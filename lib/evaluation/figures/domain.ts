/**
 * Round ends of an axis on which all values have room.
 *
 * @param step - the ends are multiples of it
 */
export function domainOf(values: readonly number[], step: number): readonly [number, number] {
  const low = step * Math.floor(Math.min(...values) / step);
  const high = step * Math.ceil(Math.max(...values) / step);
  return [low, high > low ? high : low + step];
}
