import { ImageReadError } from '../api/image-errors.ts';

const reasons: Readonly<Record<string, string>> = {
  SecurityError: 'shows an image of another origin, whose pixels may not be read (crossorigin)',
  DataCloneError: 'shows an image of another origin, whose pixels may not be read (crossorigin)',
  InvalidStateError: 'shows nothing: it is not loaded yet, or has been closed',
};
const undecodable = 'cannot be decoded here: it is broken, or of a format that this browser lacks';
/** What decoders throw of a file, each browser in its own way. */
const ofDecoders = ['InvalidStateError', 'EncodingError', 'NotSupportedError'];

/** The error to tell of one that the browser threw over an image, as it was given or captured. */
export function nameError(error: unknown, image: object): unknown {
  const { name } = error as Error;
  const isFile = image instanceof Blob;
  const reason = isFile && ofDecoders.includes(name) ? undecodable : reasons[name];
  const what = isFile ? image.type : image.constructor.name;
  return reason === undefined ? error : new ImageReadError(`${what} ${reason}`, { cause: error });
}
