/** Build id of the compiled code, which names the version of its workers at Temporal. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the path of the file with the build id, in the folder of compiled code. */
export function buildIdFile(folder: string): string {
  return path.join(folder, 'build-id');
}

/** Returns the id that `npm run build` gave the running code, or undefined when the process runs from source. */
export function ownBuildId(): string | undefined {
  const file = buildIdFile(fileURLToPath(new URL('../..', import.meta.url)));
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
