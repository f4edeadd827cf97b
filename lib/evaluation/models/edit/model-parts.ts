import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, sep, win32 } from 'node:path';
import { fingerprintOf } from '../../../service/catalogue/load.ts';
import type { ExternalData } from '../../../service/catalogue/onnx/external-data.ts';
import {
  type OnnxFile,
  OnnxFileError,
  type Span,
} from '../../../service/catalogue/onnx/onnx-file.ts';

/** A part of a file. */
export interface FilePart extends Span {
  readonly path: string;
}

/** The files beside a model in which weights of it lie. */
export class ModelParts {
  /** By what the model calls them. */
  readonly files = new Map<string, { path: string; bytes: number }>();
  readonly #model: OnnxFile;

  constructor(model: OnnxFile) {
    this.#model = model;
  }

  /**
   * The part of a file that a tensor's values are.
   *
   * @throws {@link OnnxFileError} when it is missing, too short, not the one that the model says, or outside of the
   *   model's folder: a model from elsewhere must not make others of this machine's files its weights
   */
  partOf(data: ExternalData): FilePart {
    const { location, offset, length, tensor } = data;
    const file = this.files.get(location) ?? this.#open(data);
    this.files.set(location, file);
    const end = offset + length;
    if (end <= file.bytes) return { path: file.path, start: offset, end };
    throw this.#wrong(
      `${location} has ${file.bytes} bytes, but the values of "${tensor}" end at byte ${end}: it is cut off, or belongs to another model`,
    );
  }

  #open({ location, checksum }: ExternalData): { path: string; bytes: number } {
    const folder = dirname(this.#model.path);
    const isInside = !isAbsolute(location) && !win32.isAbsolute(location);
    if (!isInside || location.split(/[\\/]/).includes('..')) {
      throw this.#wrong(`it calls for "${location}", which is not in its folder: not read`);
    }
    const path = join(folder, location);
    const { real, bytes } = this.#find(path, location);
    // In Hugging Face's cache, the model and its parts are links to files that lie beside each other.
    const homes = [realpathSync(folder), dirname(realpathSync(this.#model.path))];
    if (!homes.some((home) => real.startsWith(home.endsWith(sep) ? home : home + sep))) {
      throw this.#wrong(`${location} is a link to ${real}, which is not in its folder: not read`);
    }
    if (checksum !== undefined && checksum !== fingerprintOf(real, 'sha1').hash) {
      throw this.#wrong(
        `${location} is not the file that it was saved with (its checksum differs)`,
      );
    }
    return { path: real, bytes };
  }

  #find(path: string, location: string): { real: string; bytes: number } {
    try {
      const status = statSync(path);
      if (status.isFile()) return { real: realpathSync(path), bytes: status.size };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw this.#wrong(`${location} cannot be read: ${message}`);
      throw this.#wrong(
        `some of its weights lie in ${location}, which is missing: put it at ${path}`,
      );
    }
    throw this.#wrong(`some of its weights lie in ${location}, which is not a file`);
  }

  #wrong(what: string): OnnxFileError {
    return new OnnxFileError(`${this.#model.path}: ${what}`);
  }
}
