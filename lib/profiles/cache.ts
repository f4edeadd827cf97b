import type { Profile } from './profile.ts';
import { profileOf } from './profile.ts';
import type { ProfileStore } from './store.ts';
export class ProfileCache {
  readonly #s;
  readonly #m;
  constructor(o: {
    store: ProfileStore;
    models: readonly {
      profileKey: string;
      reference?: { meanMs: number; stdMs: number } | undefined;
    }[];
  }) {
    this.#s = o.store;
    this.#m = o.models;
  }
  async reload(): Promise<Map<string, Profile>> {
    const all = await this.#s.readAll(
      this.#m.map((m) => m.profileKey),
      { consistentRead: true },
    );
    return new Map(
      this.#m.map((m) => [
        m.profileKey,
        profileOf(all.get(m.profileKey) ?? { live: [] }, m.reference ?? { meanMs: 1000, stdMs: 0 }),
      ]),
    );
  }
}
