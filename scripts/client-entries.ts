import manifest from '../lib/client/package.json' with { type: 'json' };

/** Names of the client's entries, which are files of `lib/client`: those that its package exports. */
export const clientEntries = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => (path === '.' ? 'index' : path.replace('./', '')));
