import { InvalidArgumentError } from 'commander';

/** Of apps in a web view, such as `capacitor://localhost`. */
const otherOrigin = /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/?#@]+$/;

/**
 * Reads web origins, as browsers send them in the header `Origin`, separated by commas.
 *
 * @throws {@link InvalidArgumentError} for anything that no browser would send
 */
export function readOrigins(text: string): string[] {
  return text.split(',').map((item) => {
    const origin = item.trim();
    if (origin === '*' || otherOrigin.test(origin)) return origin;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.origin === origin) return origin;
    const isWeb = url !== undefined && /^https?:$/.test(url.protocol);
    const right = isWeb ? `that would be ${url.origin}` : 'such as http://localhost:5173';
    throw new InvalidArgumentError(`"${origin}" is not an origin: ${right}.`);
  });
}
