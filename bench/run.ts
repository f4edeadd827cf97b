import { globSync } from 'node:fs';
import { basename } from 'node:path';

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((path) => basename(path, '.ts'))
  .filter((name) => name !== 'run')
  .sort();
const [name = '', ...rest] = process.argv.slice(2);

if (names.includes(name)) {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...rest);
  await import(`./${name}.ts`);
} else {
  console.log(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exitCode = name === '' || name === '--help' ? 0 : 2;
}
