/** Where the set-up (`scripts/setup.mjs`) found or put the programs that are no npm packages. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../package-root.js';

const toolsSchema = z.partialRecord(z.enum(['temporal', 'testServer', 'chromium']), z.object({ path: z.string() }));

/** The Temporal CLI with its dev server, the time-skipping test server, the browser for tests of the Web UI. */
export type Tool = z.infer<typeof toolsSchema> extends Partial<Record<infer Name, unknown>> ? Name : never;

/** Files of this checkout that git does not keep: fetched programs, databases, logs. */
export function privateFolder(): string {
  return path.join(packageRoot(), '.stayline');
}

/** @returns the absolute path of the program, or undefined if the set-up has not found it */
export function findTool(tool: Tool): string | undefined {
  const file = path.join(privateFolder(), 'tools.json');
  if (!existsSync(file)) return undefined;
  const found = toolsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))[tool]?.path;
  return found !== undefined && existsSync(found) ? found : undefined;
}

/**
 * @returns the absolute path of the program
 * @throws Error that says how to get it, if the set-up has not found it
 */
export function requireTool(tool: Tool): string {
  const found = findTool(tool);
  if (found === undefined) throw new Error(`There is no ${tool} program yet: run "npm run setup"`);
  return found;
}
