/**
 * Property configuration file (`docs/property.md`): read, checked as a whole, and read again after each change.
 */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { keepFile } from './kept-file.js';
import { propertyFileSchema, type Property } from './domain/model/property-schema.js';

/** Lookup of properties, for activities. */
export interface Properties {
  find(propertyId: string): Promise<Property | undefined>;
}

/** Error for an unusable file; `problems` lists every problem with the path of its field. */
export class PropertyFileError extends Error {
  override readonly name = 'PropertyFileError';
  constructor(
    readonly path: string,
    readonly problems: readonly string[],
  ) {
    super(`${path} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

export interface PropertyFileOptions {
  /**
   * Receives the error if a changed file cannot be used. The previous content stays in force, so that no key is left
   * unrevoked.
   */
  readonly onInvalid: (error: PropertyFileError) => void;
}

/** Opens a property file and returns its lookup. @throws PropertyFileError if the file cannot be used now */
export async function openPropertyFile(path: string, { onInvalid }: PropertyFileOptions): Promise<Properties> {
  const properties = await keepFile(path, { read, refusal: PropertyFileError, onInvalid });
  return { find: async (propertyId) => byId(await properties(), propertyId) };
}

/** Returns a lookup of given properties, such as the simulator's hotel. */
export function fixedProperties(properties: readonly Property[]): Properties {
  return { find: (propertyId) => Promise.resolve(byId(properties, propertyId)) };
}

function byId(properties: readonly Property[], propertyId: string): Property | undefined {
  return properties.find((property) => property.propertyId === propertyId);
}

async function read(path: string): Promise<readonly Property[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new PropertyFileError(path, [`cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`]);
  }
  return parseProperties(text, path);
}

/** Returns the properties in a file's text; `path` is for errors only. @throws PropertyFileError with every problem */
export function parseProperties(text: string, path: string): readonly Property[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new PropertyFileError(path, [`is not JSON: ${(error as SyntaxError).message}`]);
  }
  const parsed = propertyFileSchema.safeParse(content);
  if (!parsed.success) throw new PropertyFileError(path, parsed.error.issues.flatMap(problemsOf));
  const { properties } = parsed.data;
  const repeated = repeatedIds(properties);
  if (repeated.length > 0) throw new PropertyFileError(path, repeated);
  return properties;
}

function repeatedIds(properties: readonly Property[]): readonly string[] {
  const ids = properties.map((property) => property.propertyId);
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index ? [] : [`properties[${index}].propertyId: must differ from every other property's`],
  );
}

function problemsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${fieldPath([...issue.path, key])}: is not a field of the property file`);
  }
  return [`${fieldPath(issue.path)}: ${issue.message}`];
}

function fieldPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}
