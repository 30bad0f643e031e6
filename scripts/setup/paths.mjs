/** Paths of the set-up: everything that it creates is under `.stayline/` in the checkout. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const HOME = path.join(ROOT, '.stayline');
export const LOCK_FILE = path.join(HOME, 'setup.lock');
/** Record of the programs that were found or downloaded; read by `src/temporal/binaries.ts`. */
export const TOOLS_FILE = path.join(HOME, 'tools.json');
