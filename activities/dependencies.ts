/** What the activities need from outside, and what they make of it once per worker. */
import { ApplicationFailure } from '@temporalio/common';
import type { Properties } from '../src/property-file.js';
import {
  DEFAULT_KEY_TIMING,
  openEntranceCatalogue,
  watchAccessSystems,
  type AccessSystemWatch,
  type EntranceCatalogue,
  type KeyRequests,
  type KeyTiming,
  type SeamClient,
} from '../src/seam/index.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { Property } from '../src/domain/model/property-schema.js';

export interface ActivityDependencies {
  readonly seam: SeamClient;
  readonly properties: Properties;
  readonly options?: ActivityOptions;
}

export interface ActivityOptions {
  readonly timing?: Partial<KeyTiming>;
  /** How long what was read of entrances and of an access system's state is good for, in milliseconds; 5 s by default. */
  readonly memoryMs?: number;
  /** The hotels' time in milliseconds since 1970; the system's by default. */
  readonly now?: () => number;
}

/** Everything at hand for the activities of one worker. */
export interface Dependencies {
  readonly entrances: EntranceCatalogue;
  readonly accessSystems: AccessSystemWatch;
  /** The hotels' time in milliseconds since 1970. */
  now(): number;
  /** Throws the ApplicationFailure `PropertyUnknown`. */
  property(propertyId: string): Promise<Property>;
  /** The property with all that work on its keys needs. Throws like `property`. */
  context(propertyId: string): Promise<KeyRequests>;
}

export function openDependencies({ seam, properties, options = {} }: ActivityDependencies): Dependencies {
  const { memoryMs: ttlMs = 5_000, now = Date.now } = options;
  const timing = { ...DEFAULT_KEY_TIMING, ...options.timing };
  const accessSystems = watchAccessSystems(seam, { ttlMs });
  const office: Dependencies = {
    entrances: openEntranceCatalogue(seam, { ttlMs }),
    accessSystems,
    now,
    async property(propertyId) {
      const property = await properties.find(propertyId);
      if (property !== undefined) return property;
      const message = `No property ${JSON.stringify(propertyId)} is configured; add it to the property file`;
      throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.propertyUnknown);
    },
    async context(propertyId) {
      const property = await office.property(propertyId);
      return { property, seam: seam.forSystem(property.seam.acsSystemId), accessSystems, timing, now };
    },
  };
  return office;
}
