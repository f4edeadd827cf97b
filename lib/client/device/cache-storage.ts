import type { ModelStorage } from './model-file.ts';

// The part of the Cache API that is used, declared by hand: it compiles where there is no DOM.
interface Cache {
  match(address: string, options: { ignoreSearch: boolean }): Promise<Response | undefined>;
  keys(): Promise<readonly Request[]>;
  delete(request: Request): Promise<boolean>;
  put(address: string, response: Response): Promise<void>;
}
interface Scope {
  readonly caches?: { open(name: string): Promise<Cache> };
}

/**
 * Keeps the files of models in the browser's Cache API.
 *
 * @returns undefined where there is none, as on pages without https
 */
export function cacheStorage(): ModelStorage | undefined {
  const { caches } = globalThis as unknown as Scope;
  if (!caches) return undefined;
  const open = () => caches.open('mdinference-models');
  // Nobody ever fetches these addresses: they are keys alone.
  const address = (sha256: string, name: string) =>
    `https://models.invalid/${sha256}?name=${encodeURIComponent(name)}`;
  return {
    get: async (sha256) => {
      const kept = await (await open()).match(address(sha256, ''), { ignoreSearch: true });
      return kept && new Uint8Array(await kept.arrayBuffer());
    },
    put: async (sha256, file, name) => {
      const cache = await open();
      const requests = await cache.keys();
      const older = requests.filter(({ url }) => new URL(url).searchParams.get('name') === name);
      await Promise.all(older.map((request) => cache.delete(request)));
      await cache.put(address(sha256, name), new Response(file as Uint8Array<ArrayBuffer>));
    },
  };
}
