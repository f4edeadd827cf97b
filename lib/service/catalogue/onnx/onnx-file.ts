import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MdInferenceError } from '../../../core/errors.ts';

/** A file is no ONNX model, or none that can be deployed; the message names the file. */
export class OnnxFileError extends MdInferenceError {
  override readonly name = 'OnnxFileError';
}

/** The messages of an ONNX file that hold tensors, or hold messages that do. */
export type Message =
  | 'model'
  | 'training'
  | 'function'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'sparseTensor'
  | 'tensor';

/**
 * In which of their fields others of them lie.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const innerMessages: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: {
    ...{ 5: 'tensor', 10: 'tensor', 6: 'graph', 11: 'graph' },
    ...{ 22: 'sparseTensor', 23: 'sparseTensor' },
  },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

/** A part of a file: from a byte to before another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A field of a message; its span includes the field's number. */
export interface Field extends Span {
  readonly number: number;
  /** What the field holds, without its number and length. */
  readonly content: Span;
}

/** Protobuf's own limit, which onnxruntime has too. */
const deepest = 100;
const windowBytes = 64 * 1024;

/**
 * Reads the structure of an ONNX file, and of its content only what is asked for: weights are skipped, however large
 * they are. (Protobuf's libraries read the whole file.)
 */
export class OnnxFile {
  readonly path: string;
  readonly bytes: number;
  readonly #file: number;
  readonly #window = Buffer.allocUnsafe(windowBytes);
  #windowAt: Span = { start: 0, end: 0 };

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
    this.bytes = fstatSync(file).size;
  }

  /**
   * Opens a file, and closes it once it has been used.
   *
   * @throws an error of the file system when it cannot be opened
   */
  static open<T>(path: string, use: (file: OnnxFile) => T): T {
    const file = openSync(path, 'r');
    try {
      return use(new OnnxFile(path, file));
    } finally {
      closeSync(file);
    }
  }

  /** The whole file: a message of the kind `model`. */
  get model(): Span {
    return { start: 0, end: this.bytes };
  }

  /**
   * The fields of a message, in their order.
   *
   * @throws {@link OnnxFileError} when the bytes are not a message of protobuf
   */
  *fields({ start, end }: Span): Generator<Field> {
    for (let at = start; at < end; ) {
      const tag = this.#varint(at, end);
      const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
      const content = this.#contentOf(wireType, tag.end, end);
      if (number === 0 || content.end > end) throw this.#malformed();
      yield { number, content, start: at, end: content.end };
      at = content.end;
    }
  }

  /**
   * All tensors in a message, those in sub-graphs and attributes included.
   *
   * @throws {@link OnnxFileError} when the bytes are not a message of protobuf
   */
  *tensors(span = this.model, message: Message = 'model', depth = 0): Generator<Span> {
    for (const { number, content } of this.fields(span)) {
      const inner = this.innerMessage(message, number, depth);
      if (inner === 'tensor') yield content;
      else if (inner) yield* this.tensors(content, inner, depth + 1);
    }
  }

  /**
   * The kind of message that a field holds; undefined when there can be no tensor in it.
   *
   * @throws {@link OnnxFileError} when messages lie too deep in each other
   */
  innerMessage(message: Message, field: number, depth: number): Message | undefined {
    if (depth > deepest) throw this.#malformed();
    return innerMessages[message][field];
  }

  /** A field's content that is text, of which a name or a path has little. */
  text({ content }: Field): string {
    if (content.end - content.start > windowBytes) throw this.#malformed();
    return this.read(content).toString('utf8');
  }

  /** The integers of a field: one, or several packed into it. */
  integers({ content }: Field): number[] {
    const values: number[] = [];
    for (let at = content.start; at < content.end; ) {
      const { value, end } = this.#varint(at, content.end);
      values.push(value);
      at = end;
    }
    return values;
  }

  /** The bytes of a small part. */
  read({ start, end }: Span): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(end, this.bytes) - start));
    return bytes.subarray(0, readSync(this.#file, bytes, { position: start }));
  }

  #contentOf(wireType: number, at: number, end: number): Span {
    if (wireType === 0) return { start: at, end: this.#varint(at, end).end };
    if (wireType === 1) return { start: at, end: at + 8 };
    if (wireType === 5) return { start: at, end: at + 4 };
    if (wireType !== 2) throw this.#malformed();
    const length = this.#varint(at, end);
    return { start: length.end, end: length.end + length.value };
  }

  /** An integer of up to 10 bytes, seven bits each, the lowest first. */
  #varint(start: number, end: number): { value: number; end: number } {
    let value = 0;
    for (let at = start; at < Math.min(end, start + 10); at++) {
      const byte = this.#byte(at);
      value += (byte % 128) * 2 ** (7 * (at - start));
      if (byte < 128) return { value, end: at + 1 };
    }
    throw this.#malformed();
  }

  #byte(at: number): number {
    if (at < this.#windowAt.start || at >= this.#windowAt.end) {
      const read = readSync(this.#file, this.#window, { position: at });
      if (read === 0) throw this.#malformed();
      this.#windowAt = { start: at, end: at + read };
    }
    return this.#window[at - this.#windowAt.start] ?? 0;
  }

  #malformed(): OnnxFileError {
    return new OnnxFileError(`${this.path}: it is not an ONNX file, or a damaged one`);
  }
}
