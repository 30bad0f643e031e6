/** External dependencies of the activities, and what is built from them once per worker. */
import { ApplicationFailure } from '@temporalio/common';
import type { Properties } from '../src/property-file.js';
import {
  DEFAULT_KEY_TIMING,
  openEntranceCatalogue,
  openProviderPace,
  watchAccessSystems,
  type AccessSystemWatch,
  type EndRequests,
  type EntranceCatalogue,
  type KeyRequests,
  type KeyTiming,
  type SeamCalls,
  type SeamClient,
} from '../src/seam/index.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { AtAccessSystem } from '../src/domain/model/stay-activities.js';
import type { Property } from '../src/domain/model/property-schema.js';

export interface ActivityDependencies {
  readonly seam: SeamClient;
  readonly properties: Properties;
  readonly options?: ActivityOptions;
}

export interface ActivityOptions {
  readonly timing?: Partial<KeyTiming>;
  /** Cache lifetime of entrances and of an access system's state, in milliseconds; 5 s by default. */
  readonly memoryMs?: number;
  /** Pause between the two looks of an audit that finds differences, in milliseconds; 10 s by default. */
  readonly auditPauseMs?: number;
  /** Returns the hotels' time in milliseconds since 1970; the system's by default. */
  readonly now?: () => number;
}

/** Context that the activities of one worker share. */
export interface Dependencies {
  readonly seam: SeamClient;
  /** Cache lifetime of what activities read of the hotel, in milliseconds. */
  readonly memoryMs: number;
  /** Pause between the two looks of an audit, in milliseconds. */
  readonly auditPauseMs: number;
  readonly entrances: EntranceCatalogue;
  readonly accessSystems: AccessSystemWatch;
  /** Returns the hotels' time in milliseconds since 1970. */
  now(): number;
  /** Returns a configured property. @throws ApplicationFailure `PropertyUnknown`, retryable: it may come back */
  property(propertyId: string): Promise<Property>;
  /**
   * Returns Seam for the access system of a property, or for the one that the stay has recorded.
   * @throws ApplicationFailure `PropertyUnknown` if there is neither
   */
  seamAt(place: AtAccessSystem): Promise<SeamCalls>;
  /** Returns the ids of other properties on the same access system. */
  neighbours(property: Property): Promise<readonly string[]>;
  /** Returns the property with all that requests for its keys need. @throws ApplicationFailure `PropertyUnknown` */
  context(propertyId: string): Promise<KeyRequests>;
  /** Returns what calls that end keys need: they precede all others. @throws as `seamAt` does */
  urgentContext(place: AtAccessSystem): Promise<EndRequests>;
}

/** Returns the dependencies of one worker's activities. */
export function openDependencies({ seam, properties, options = {} }: ActivityDependencies): Dependencies {
  const { memoryMs: ttlMs = 5_000, auditPauseMs = 10_000, now = Date.now } = options;
  const timing = { ...DEFAULT_KEY_TIMING, ...options.timing };
  const accessSystems = watchAccessSystems(seam, { ttlMs });
  const provider = openProviderPace({ unknownMs: timing.firstPollMs, longestMs: timing.syncTimeoutMs });
  /** Returns the access system of the property, by the file as it is now if the property is in it. */
  const systemOf = async ({ propertyId, acsSystemId }: AtAccessSystem): Promise<string> => {
    const property = acsSystemId === undefined ? await office.property(propertyId) : await properties.find(propertyId);
    return property?.seam.acsSystemId ?? acsSystemId ?? '';
  };
  const office: Dependencies = {
    seam,
    memoryMs: ttlMs,
    auditPauseMs,
    entrances: openEntranceCatalogue(seam, { ttlMs }),
    accessSystems,
    now,
    async property(propertyId) {
      const property = await properties.find(propertyId);
      if (property !== undefined) return property;
      const message = `No property ${JSON.stringify(propertyId)} is configured; add it to the property file`;
      throw ApplicationFailure.create({ message, type: ERROR_TYPES.propertyUnknown, nextRetryDelay: '5s' });
    },
    async neighbours({ propertyId, seam: { acsSystemId } }) {
      const all = await properties.all();
      return all
        .filter((other) => other.seam.acsSystemId === acsSystemId && other.propertyId !== propertyId)
        .map((other) => other.propertyId);
    },
    async context(propertyId) {
      const property = await office.property(propertyId);
      return { property, seam: seam.forSystem(property.seam.acsSystemId), accessSystems, provider, timing, now };
    },
    seamAt: async (place) => seam.forSystem(await systemOf(place)),
    urgentContext: async (place) => ({ seam: seam.urgentlyForSystem(await systemOf(place)), timing, now }),
  };
  return office;
}
