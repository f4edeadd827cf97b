import { BitReader, type HuffmanTable, huffmanTable, readDefinitions } from './jpeg-bits.ts';
import type { Component, Frame } from './jpeg-segments.ts';

/** A scan of a JPEG: what is told of some coefficients of some components. */
export interface Scan {
  readonly components: readonly ScanComponent[];
  /** The first and the last coefficient, in zigzag order. */
  readonly from: number;
  readonly to: number;
  /** The lowest bit of them that earlier scans have told; 0 if none has. */
  readonly toldBit: number;
  /** The lowest bit that this one tells. */
  readonly bit: number;
  /** Definitions of Huffman tables (DHT) since the scan before. */
  readonly definitions: readonly Uint8Array[];
  /** MCUs between restart markers; 0 for none. */
  readonly restartEvery: number;
  /** Where its data lie. */
  readonly begin: number;
  readonly end: number;
}

/** A component in a scan, with the numbers of its Huffman tables. */
export interface ScanComponent {
  readonly component: Component;
  readonly dc: number;
  readonly ac: number;
}

/** A component in a scan, with its Huffman tables. */
interface Coded {
  readonly component: Component;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** What is told of some coefficients of every block, in zigzag order. */
interface Band {
  readonly bits: BitReader;
  readonly from: number;
  readonly to: number;
}

/** Stands for a table that was not defined: none of its codes is one. */
const noTable: HuffmanTable = new Uint16Array(1 << 16);
/** Tables of AC coefficients have numbers from here on. */
const acTables = 16;
const coefficients = 64;

/**
 * Goes through the scans of a JPEG one after the other, without working out a single sample, to know whether
 * all of their blocks are there.
 */
export class ScanWalk {
  readonly #file: Uint8Array;
  readonly #frame: Frame;
  readonly #definitions = new Map<number, Uint8Array>();
  /** Of a progressive JPEG: which coefficients of each block are not 0, as later scans depend on it. */
  readonly #known = new Map<Component, Uint8Array>();
  /** Blocks that have nothing more to tell in this scan. */
  #emptyBlocks = 0;

  constructor(file: Uint8Array, frame: Frame) {
    this.#file = file;
    this.#frame = frame;
  }

  /**
   * Goes through the next scan.
   *
   * @returns what has read its last block; undefined when one is missing, or it has what is no code
   */
  walk(scan: Scan): BitReader | undefined {
    const bits = new BitReader(this.#file, scan.begin, scan.end);
    const block = this.#blockReader(scan, bits);
    const coded = this.#coded(scan);
    const [only, ...more] = coded;
    const isInterleaved = more.length > 0;
    const { columns, rows } = !isInterleaved && only ? only.component : this.#frame;
    this.#emptyBlocks = 0;
    for (let mcu = 0; mcu < columns * rows && !bits.isOver; mcu++) {
      if (scan.restartEvery > 0 && mcu > 0 && mcu % scan.restartEvery === 0) {
        bits.restart();
        this.#emptyBlocks = 0;
      }
      for (const part of coded) {
        const blocks = isInterleaved ? part.component.wide * part.component.high : 1;
        // Of a progressive JPEG, only scans of one component depend on which block it is.
        for (let i = 0; i < blocks; i++) block(part, mcu);
      }
    }
    return bits.isOver ? undefined : bits;
  }

  #coded({ components, definitions }: Scan): Coded[] {
    for (const [id, definition] of definitions.flatMap(readDefinitions)) {
      this.#definitions.set(id, definition);
    }
    const tableOf = (id: number) => {
      const definition = this.#definitions.get(id);
      return definition ? huffmanTable(definition) : noTable;
    };
    return components.map(({ component, dc, ac }) => ({
      component,
      dc: tableOf(dc),
      ac: tableOf(acTables + ac),
    }));
  }

  #blockReader(scan: Scan, bits: BitReader): (coded: Coded, block: number) => void {
    if (!this.#frame.isProgressive) {
      return ({ dc, ac }) => {
        bits.skip(bits.symbol(dc) & 15);
        wholeBlock(bits, ac);
      };
    }
    const isFirst = scan.toldBit === 0;
    const { from, to } = scan;
    const band = { bits, from, to };
    if (from === 0) return ({ dc }) => bits.skip(isFirst ? bits.symbol(dc) & 15 : 1);
    return ({ component, ac }, block) => {
      const known = this.#knownOf(component);
      if (isFirst) this.#firstBits(band, ac, known, coefficients * block);
      else this.#furtherBit(band, ac, known, coefficients * block);
    };
  }

  #knownOf(component: Component): Uint8Array {
    const { columns, rows } = component;
    const known = this.#known.get(component) ?? new Uint8Array(coefficients * columns * rows);
    this.#known.set(component, known);
    return known;
  }

  /** The first that is told of a band of coefficients (ITU-T T.81, G.1.2.2). */
  #firstBits({ bits, from, to }: Band, ac: HuffmanTable, known: Uint8Array, block: number): void {
    if (this.#emptyBlocks > 0) {
      this.#emptyBlocks--;
      return;
    }
    for (let at = from; at <= to; at++) {
      const symbol = bits.symbol(ac);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0 && run < 15) {
        this.#emptyBlocks = (1 << run) - 1 + bits.read(run);
        return;
      }
      at += run;
      if (size === 0) continue;
      bits.skip(size);
      known[block + at] = 1;
    }
  }

  /** A bit more of a band of coefficients (G.1.2.3): one of each that is known, and new ones between them. */
  #furtherBit({ bits, from, to }: Band, ac: HuffmanTable, known: Uint8Array, block: number): void {
    let at = from;
    for (; this.#emptyBlocks === 0 && at <= to; at++) {
      const symbol = bits.symbol(ac);
      let run = symbol >> 4;
      const isNew = (symbol & 15) > 0;
      if (isNew) bits.skip(1);
      else if (run < 15) {
        this.#emptyBlocks = (1 << run) + bits.read(run);
        break;
      }
      for (; at <= to; at++) {
        if (known[block + at]) bits.skip(1);
        else if (run-- === 0) break;
      }
      if (isNew && at <= to) known[block + at] = 1;
    }
    if (this.#emptyBlocks === 0) return;
    for (; at <= to; at++) if (known[block + at]) bits.skip(1);
    this.#emptyBlocks--;
  }
}

/** The coefficients of a block of a sequential JPEG but the first (F.2.2.2). */
function wholeBlock(bits: BitReader, ac: HuffmanTable): void {
  for (let at = 1; at < coefficients; at++) {
    const symbol = bits.symbol(ac);
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size === 0 && run < 15) return;
    at += run;
    bits.skip(size);
  }
}
