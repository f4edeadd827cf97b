/**
 * The codes of a Huffman table, by the 16 bits that lie ahead: the code's length in the upper byte, its symbol
 * in the lower one. 0 where no code begins so.
 */
export type HuffmanTable = Uint16Array;

const lookAhead = 16;

/**
 * The definitions of Huffman tables (DHT).
 *
 * @returns by their class and number, as the file has them: 0 to 3 for DC, 16 to 19 for AC
 */
export function readDefinitions(data: Uint8Array): [id: number, definition: Uint8Array][] {
  const definitions: [number, Uint8Array][] = [];
  for (let at = 0; at + 1 + lookAhead <= data.length; ) {
    const id = data[at] as number;
    const definition = data.subarray(at + 1);
    definitions.push([id, definition]);
    at += 1 + lookAhead + countsOf(definition).reduce((sum, count) => sum + count, 0);
  }
  return definitions;
}

/** Makes a Huffman table of its definition. */
export function huffmanTable(definition: Uint8Array): HuffmanTable {
  const table = new Uint16Array(1 << lookAhead);
  let at = lookAhead;
  let code = 0;
  countsOf(definition).forEach((count, i) => {
    const length = i + 1;
    const step = 1 << (lookAhead - length);
    for (let left = count; left > 0; left--, code += step) {
      table.fill((length << 8) | (definition[at++] ?? 0), code, code + step);
    }
  });
  return table;
}

/** How many codes there are of each length. */
function countsOf(definition: Uint8Array): Uint8Array {
  return definition.subarray(0, lookAhead);
}

/** Reads the entropy-coded data of a scan bit by bit: up to their end, or up to a restart marker. */
export class BitReader {
  /** Whether more was read than is there, or what is no code. */
  isOver = false;
  readonly #file: Uint8Array;
  readonly #end: number;
  #at: number;
  /** Bits that were taken from the file and not read yet: the lowest ones. */
  #bits = 0;
  #count = 0;

  constructor(file: Uint8Array, begin: number, end: number) {
    this.#file = file;
    this.#at = begin;
    this.#end = end;
  }

  /** Where the first byte stands of which no bit has been read. */
  get at(): number {
    // Whole bytes that were taken ahead; behind each 0xFF there was a 0.
    let at = this.#at;
    for (let left = this.#count >> 3; left > 0; left--) {
      at -= this.#file[at - 1] === 0 && this.#file[at - 2] === 0xff ? 2 : 1;
    }
    return at;
  }

  /** Whether the rest of the current byte is filled with ones, or zeros, as it is behind a scan's last block. */
  get isFilled(): boolean {
    const rest = this.#bits >> (this.#count & ~7);
    return rest === 0 || rest === (1 << (this.#count & 7)) - 1;
  }

  /** Reads so many bits, 16 at most. */
  read(count: number): number {
    const value = this.#peek() >> (lookAhead - count);
    this.#skip(count);
    return value;
  }

  /** Passes over so many bits, 16 at most. */
  skip(count: number): void {
    this.#peek();
    this.#skip(count);
  }

  /** Reads a code, and gives its symbol; 0 for what is none. */
  symbol(table: HuffmanTable): number {
    const entry = table[this.#peek()] as number;
    if (entry === 0) this.isOver = true;
    this.#skip(entry >> 8);
    return entry & 0xff;
  }

  /** Passes over a restart marker, which must come next. */
  restart(): void {
    const begin = this.at;
    let at = begin;
    while (this.#file[at] === 0xff) at++;
    const marker = this.#file[at] ?? 0;
    if (at === begin || at >= this.#end || marker < 0xd0 || marker > 0xd7) this.isOver = true;
    this.#at = at + 1;
    this.#bits = 0;
    this.#count = 0;
  }

  /** The 16 bits that lie ahead, with zeros behind the last one. */
  #peek(): number {
    while (this.#count < lookAhead) {
      const byte = this.#file[this.#at] as number;
      if (this.#at >= this.#end) break;
      if (byte === 0xff) {
        if (this.#at + 1 >= this.#end || this.#file[this.#at + 1] !== 0) break;
        this.#at++;
      }
      this.#at++;
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
    const missing = lookAhead - this.#count;
    return (missing > 0 ? this.#bits << missing : this.#bits >> -missing) & 0xffff;
  }

  #skip(count: number): void {
    this.#count -= count;
    if (this.#count < 0) {
      this.isOver = true;
      this.#count = 0;
    }
    this.#bits &= (1 << this.#count) - 1;
  }
}
