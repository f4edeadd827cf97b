/**
 * The bits of the half-precision number (IEEE 754 binary16) that is nearest to a value; of two, the even one.
 *
 * Not every browser has `Float16Array`, and onnxruntime-node takes no such array.
 */
export function toFloat16(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // Halfway from the largest number to the next power of two.
  if (magnitude >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // Steps that round up to the next power of two carry into the exponent, as they should.
  return sign | ((exponent + 14) * 1024 + steps);
}

/** The number that the bits of a half-precision number stand for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function roundHalfToEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 === 1 ? nearest - 1 : nearest;
}
