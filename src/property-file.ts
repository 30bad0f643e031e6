/**
 * Property configuration file (`docs/property.md`): read, checked as a whole, and read again after each change.
 */
import type { z } from 'zod';
import { ConfigFileError, keepConfigFile, parseConfigFile, readConfigFile } from './config/config-file.js';
import { policySchema, propertyFileSchema, type Property } from './domain/model/property-schema.js';

/** Lookup of properties, for activities. */
export interface Properties {
  all(): Promise<readonly Property[]>;
  find(propertyId: string): Promise<Property | undefined>;
}

export interface PropertyFileOptions {
  /**
   * Receives the error if a changed file cannot be used. The previous content stays in force, so that no key is left
   * unrevoked.
   */
  readonly onInvalid: (error: ConfigFileError) => void;
}

/** Opens a property file and returns its lookup. @throws ConfigFileError if the file cannot be used now */
export async function openPropertyFile(path: string, { onInvalid }: PropertyFileOptions): Promise<Properties> {
  const properties = await keepConfigFile(path, { read, onInvalid });
  return { all: properties, find: async (propertyId) => byId(await properties(), propertyId) };
}

/** Returns a lookup of given properties, such as the simulator's hotel. */
export function fixedProperties(properties: readonly Property[]): Properties {
  return {
    all: () => Promise.resolve(properties),
    find: (propertyId) => Promise.resolve(byId(properties, propertyId)),
  };
}

/** Returns the retention that Temporal's namespace needs for these properties, in hours: their longest closing grace. */
export function retentionHoursFor(properties: readonly Property[]): number {
  const graces = properties.map(({ policy }) => policy.closingGraceHours);
  return Math.max(...(graces.length === 0 ? [policySchema.parse({}).closingGraceHours] : graces));
}

function byId(properties: readonly Property[], propertyId: string): Property | undefined {
  return properties.find((property) => property.propertyId === propertyId);
}

async function read(path: string): Promise<readonly Property[]> {
  return unrepeated(await readConfigFile(path, propertyFileSchema), path);
}

/** Returns the properties in a file's text; `path` is for errors only. @throws ConfigFileError with every problem */
export function parseProperties(text: string, path: string): readonly Property[] {
  return unrepeated(parseConfigFile(text, path, propertyFileSchema), path);
}

function unrepeated({ properties }: z.infer<typeof propertyFileSchema>, path: string): readonly Property[] {
  const repeated = repeatedIds(properties);
  if (repeated.length > 0) throw new ConfigFileError(path, repeated);
  return properties;
}

function repeatedIds(properties: readonly Property[]): readonly string[] {
  const ids = properties.map((property) => property.propertyId);
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index ? [] : [`properties[${index}].propertyId must differ from every other property's`],
  );
}
