import type { Dispatcher } from 'undici';

/** A pointer has some 130 bytes. */
const mostPointerBytes = 1024;

/**
 * What a server sends in place of a file, where that is known by sight, and closes the response.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export async function sentInstead({
  headers,
  body,
}: Dispatcher.ResponseData): Promise<string | undefined> {
  if (Number(headers['content-length']) <= mostPointerBytes) {
    const text = await body.text().catch(() => '');
    if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer';
  } else {
    body.on('error', () => {}).destroy();
  }
  return /^text\/html\b/i.test(String(headers['content-type'])) ? 'a web page' : undefined;
}
