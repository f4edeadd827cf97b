import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { fingerprintOf } from '../../../service/catalogue/load.ts';

/** The part of a file that has arrived, `<path>.part`, and beside it which version of which URL it is of. */
export class PartialFile {
  readonly path: string;
  readonly #target: string;
  readonly #originPath: string;

  constructor(target: string) {
    this.#target = target;
    this.path = `${target}.part`;
    this.#originPath = `${this.path}.origin`;
  }

  /** The number of bytes that have arrived. */
  get bytes(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Request headers that ask for the rest. `If-Range` makes a server send the whole file when it has
   * changed; with a part from another server the hash decides in the end.
   */
  resumeHeaders(url: string): Record<string, string> {
    if (this.bytes === 0) return {};
    const range = `bytes=${this.bytes}-`;
    const text = existsSync(this.#originPath) ? readFileSync(this.#originPath, 'utf8') : '';
    const [origin, etag] = text.split('\n');
    return origin === url && etag ? { range, 'if-range': etag } : { range };
  }

  /** Notes which version of which URL the bytes that follow are of. */
  begin(url: string, etag: string | string[] | undefined): void {
    rmSync(this.#originPath, { force: true });
    // A weak validator does not promise the same bytes.
    if (typeof etag === 'string' && !etag.startsWith('W/')) {
      writeFileSync(this.#originPath, `${url}\n${etag}`);
    }
  }

  /** SHA-256 of what has arrived, in hex. */
  get sha256(): string {
    return fingerprintOf(this.path).hash;
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    const file = await open(this.path, 'r+');
    await file.sync().finally(() => file.close());
    renameSync(this.path, this.#target);
    rmSync(this.#originPath, { force: true });
  }

  /** Discards what has arrived. */
  remove(): void {
    rmSync(this.path, { force: true });
    rmSync(this.#originPath, { force: true });
  }
}
