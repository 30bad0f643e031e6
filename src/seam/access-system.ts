/**
 * State of a hotel's access system at Seam: its connection and its time zone. The system runs on the hotel's premises
 * and connects through Seam Bridge.
 */
import { showSameTime } from '../domain/model/dates.js';
import { rememberBriefly } from './cache.js';
import type { SeamClient } from './client.js';
import { isSeamError, SeamError } from './errors.js';
import type { AccessSystem } from './schemas.js';

/** Values of `acs_system.errors[].error_code` that clear once the connection is back. */
const DISCONNECTED: ReadonlySet<string> = new Set([
  'seam_bridge_disconnected',
  'bridge_disconnected',
  'visionline_instance_unreachable',
  'acs_system_disconnected',
  'account_disconnected',
  'provider_service_unavailable',
]);

export interface AccessSystemWatch {
  /**
   * Checks that Seam reports the system as connected. The report may be some seconds old.
   * @throws SeamError, a retryable one, if the system is not connected
   */
  assertConnected(
    acsSystemId: string,
    call: { readonly operation: string; readonly signal: AbortSignal },
  ): Promise<void>;
  /**
   * Returns the reason why the access system's clocks may not show the hotel's time from `now` (milliseconds since
   * 1970). Returns undefined if the two zones agree.
   * @throws SeamError
   */
  zoneProblem(
    acsSystemId: string,
    hotel: { readonly timeZone: string; readonly now: number; readonly signal: AbortSignal },
  ): Promise<string | undefined>;
  /** Returns the cause of a refusal: a disconnected system, if it is disconnected now, else the refusal itself. */
  explainRefusal(acsSystemId: string, refusal: SeamError): Promise<SeamError>;
}

/** Creates a watch that caches each access system for `ttlMs` milliseconds. */
export function watchAccessSystems(client: SeamClient, options: { readonly ttlMs: number }): AccessSystemWatch {
  const read = (acsSystemId: string): Promise<AccessSystem> =>
    client.forSystem(acsSystemId).getSystem({ acs_system_id: acsSystemId });
  const recent = rememberBriefly(options.ttlMs, read);
  return {
    async assertConnected(acsSystemId, { operation, signal }) {
      const codes = disconnections(await recent(acsSystemId, signal));
      if (codes.length > 0) throw new SeamError(operation, { kind: 'system-down', codes });
    },
    async zoneProblem(acsSystemId, { timeZone, now, signal }) {
      return zoneProblemOf(await recent(acsSystemId, signal), timeZone, now);
    },
    async explainRefusal(acsSystemId, refusal) {
      try {
        const codes = disconnections(await read(acsSystemId));
        return codes.length > 0 ? new SeamError(refusal.operation, { kind: 'system-down', codes }) : refusal;
      } catch (error) {
        if (isSeamError(error)) return refusal;
        throw error;
      }
    },
  };
}

function disconnections(system: AccessSystem): readonly string[] {
  return system.errors.map((error) => error.error_code).filter((code) => DISCONNECTED.has(code));
}

/** Warning code for a time zone that does not match the system's location (Seam's documentation). */
const ZONE_IN_DOUBT = 'time_zone_does_not_match_location';

function zoneProblemOf({ location, warnings }: AccessSystem, timeZone: string, now: number): string | undefined {
  const zone = location?.time_zone ?? null;
  if (zone === null) return `Seam has no time zone for the access system; the property's is ${timeZone}`;
  if (warnings.some((warning) => warning.warning_code === ZONE_IN_DOUBT)) {
    return `Seam reports that the access system's time zone ${zone} does not match its location; the property's is ${timeZone}`;
  }
  return isSameTime(zone, timeZone, now)
    ? undefined
    : `the access system's time zone at Seam is ${zone}, the property's is ${timeZone}`;
}

/** Returns whether both zones show the same time from `now`. An unknown zone counts as different. */
function isSameTime(zone: string, timeZone: string, now: number): boolean {
  try {
    return showSameTime(zone, timeZone, now);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
