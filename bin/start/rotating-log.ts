import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * A log file that lines are appended to. When it is full it becomes `<path>.1`, the one before it `<path>.2` and so
 * on. A disk that is full costs lines, and nothing else.
 */
export class RotatingLog {
  readonly #path: string;
  readonly #limits: { readonly maxBytes: number; readonly keptFiles: number };
  readonly #onTrouble: (line: string) => void;
  #file: number | undefined;
  #bytes = 0;
  #isTroubled = false;

  /**
   * @param onTrouble - told in one line when the file cannot be written, until it can be again
   * @param limits - of a file's size, and how many are kept beside the one that is written
   * @default 10 MB, 3 files
   */
  constructor(
    path: string,
    onTrouble: (line: string) => void,
    limits = { maxBytes: 10 * 1024 * 1024, keptFiles: 3 },
  ) {
    this.#path = path;
    this.#onTrouble = onTrouble;
    this.#limits = limits;
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    try {
      this.#file ??= this.#open();
      const isFull = this.#bytes > 0 && this.#bytes + bytes.length > this.#limits.maxBytes;
      if (isFull) this.#file = this.#rotate();
      writeSync(this.#file, bytes);
      this.#bytes += bytes.length;
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) {
        this.#onTrouble(`What functions log is lost: ${(error as Error).message}`);
      }
      this.#isTroubled = true;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    const file = openSync(this.#path, 'a', 0o600);
    this.#bytes = fstatSync(file).size;
    return file;
  }

  #rotate(): number {
    this.close();
    const { keptFiles } = this.#limits;
    rmSync(`${this.#path}.${keptFiles}`, { force: true });
    for (let i = keptFiles; i > 1; i--) {
      moveIfThere(`${this.#path}.${i - 1}`, `${this.#path}.${i}`);
    }
    moveIfThere(this.#path, `${this.#path}.1`);
    return this.#open();
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
