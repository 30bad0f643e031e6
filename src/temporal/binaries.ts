/** Programs that are not npm packages, at the paths that the set-up (`scripts/setup.mjs`) recorded. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../package-root.js';

const toolsSchema = z.partialRecord(
  z.enum([
    'temporal',
    'testServer',
    'chromium',
    'python',
    'nextNode',
    'promtool',
    'postgres',
    'temporalServer',
    'temporalSql',
  ]),
  z.object({ path: z.string() }),
);

/**
 * Name of a program: the Temporal CLI with its dev server, the time-skipping test server, the browser for Web UI tests,
 * the Python with the official clients for tests, the later Node.js that tests also run on, Prometheus' tool that
 * checks alerts, or PostgreSQL with Temporal's server and SQL tool for tests.
 */
export type Tool = z.infer<typeof toolsSchema> extends Partial<Record<infer Name, unknown>> ? Name : never;

/** Returns the folder of files in this checkout that git does not track: fetched programs, databases, logs. */
export function privateFolder(): string {
  return path.join(packageRoot(), '.stayline');
}

/** Returns the absolute path of the program, or undefined if the set-up has not found it. */
export function findTool(tool: Tool): string | undefined {
  const file = path.join(privateFolder(), 'tools.json');
  if (!existsSync(file)) return undefined;
  const found = toolsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))[tool]?.path;
  return found !== undefined && existsSync(found) ? found : undefined;
}

/**
 * Returns the absolute path of the program.
 * @throws Error with instructions, if the set-up has not found it
 */
export function requireTool(tool: Tool): string {
  const found = findTool(tool);
  if (found === undefined) throw new Error(`There is no ${tool} program yet: run "npm run setup"`);
  return found;
}
