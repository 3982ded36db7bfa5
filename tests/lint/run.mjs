// Runs every linter over the project's C files, or the npm package's TypeScript;
// prints what is wrong, one line each, and exits 1 where anything is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as api from './api.mjs';
import * as examples from './examples.mjs';
import * as format from './format.mjs';
import * as header from './header.mjs';
import * as hosts from './hosts.mjs';
import * as layers from './layers.mjs';
import * as remedies from './remedies.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const FOLDERS = ['runtime', 'tests', 'wasi', 'bindings'];

function sources(pattern) {
  return FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
    )
    .filter((entry) => entry.isFile() && pattern.test(entry.name) && !(entry.parentPath ?? entry.path).includes('node_modules'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => ({
      path: relative(root, file).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }));
}

process.chdir(root);
const files = sources(/\.[ch](pp)?$/);
const wrong = [layers, hosts, header, format].flatMap((l) => l.check(files));
const scripts = sources(/\.ts$/);
wrong.push(...examples.check(scripts), ...remedies.check(scripts), ...api.check());
for (const line of wrong) console.error(line);
if (wrong.length) process.exit(1);
