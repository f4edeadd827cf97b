import { InvalidArgumentError } from 'commander';

/** Reads a number from the command line that lies between two bounds, both included. */
export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}

/** Reads a whole number from the command line that lies between two bounds, both included. */
export function integerBetween(low: number, high: number): (text: string) => number {
  const parse = numberBetween(low, high);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

/** Reads `NAME=NUMBER,...` from the command line, each name once. */
export function namedNumbers(
  parse: (text: string) => number,
): (text: string) => ReadonlyMap<string, number> {
  return (text) => {
    const numbers = new Map<string, number>();
    for (const part of text.split(',')) {
      const [name = '', number, ...rest] = part.split('=').map((piece) => piece.trim());
      if (name === '' || number === undefined || rest.length > 0) {
        throw new InvalidArgumentError(`"${part}" is not NAME=NUMBER.`);
      }
      if (numbers.has(name)) throw new InvalidArgumentError(`"${name}" is there twice.`);
      numbers.set(name, parse(number));
    }
    return numbers;
  };
}
