/** Of apps in a web view, such as `capacitor://localhost`. */
const otherOrigin = /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/?#@]+$/;

/**
 * Why no browser sends a text in the header `Origin`, so that no page would ever match it; undefined for a web
 * origin and for `*`.
 */
export function originFault(text: string): string | undefined {
  if (text === '*') return undefined;
  if (text.includes('*')) return `"${text}" is not an origin: a wildcard stands alone`;
  if (otherOrigin.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin === text) return undefined;
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol);
  const right = isWeb ? `that would be ${url.origin}` : 'such as http://localhost:5173';
  return `"${text}" is not an origin: ${right}`;
}
