/** Root folder of the checkout or installed package, from source as well as from `dist/`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the absolute path of the nearest folder above this file that holds a package.json.
 * @throws Error if there is none
 */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('Stayline cannot find its package.json');
    folder = parent;
  }
  return folder;
}
