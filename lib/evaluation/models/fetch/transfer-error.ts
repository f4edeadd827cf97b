import { MdInferenceError } from '../../../core/errors.ts';

/** One URL did not deliver a file. */
export class TransferError extends MdInferenceError {
  override readonly name = 'TransferError';
  /** Whether the server cannot be reached. */
  readonly isUnreachable: boolean;
  /** Whether trying this URL again is of no use. */
  readonly isFinal: boolean;

  constructor(
    url: string,
    reason: string,
    { isUnreachable = false, isFinal = false }: { isUnreachable?: boolean; isFinal?: boolean } = {},
  ) {
    super(`${new URL(url).host}: ${reason}`);
    this.isUnreachable = isUnreachable;
    this.isFinal = isFinal;
  }
}

const unreachable = [
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
];

const full = ['EDQUOT', 'EFBIG', 'EIO', 'ENOSPC', 'EROFS'];

/** The {@link TransferError} of a failed request. */
export function transferError(error: unknown, url: string): TransferError {
  if (error instanceof TransferError) return error;
  const { message, code = '', statusCode } = error as Details;
  const reason = statusCode ? `HTTP ${statusCode}` : message || code;
  return new TransferError(url, reason, { isUnreachable: unreachable.includes(code) });
}

/** Whether the disk failed, not the network. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  const { code = '', syscall } = error as Details;
  return full.includes(code) || ['open', 'rename', 'unlink', 'mkdir'].includes(syscall ?? '');
}

/** Why the disk failed, without the path. */
export function diskReason({ message }: NodeJS.ErrnoException): string {
  return message.replace(/, \w+ '.*$/, '');
}

interface Details {
  readonly message: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly syscall?: string;
}
