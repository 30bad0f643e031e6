/**
 * State of a hotel's access system at Seam: its connection, its time zone, and what else Seam reports of it. The system runs on the hotel's premises
 * and connects through Seam Bridge.
 */
import { showSameTime } from '../domain/model/dates.js';
import { wordsOf, type SeamReport } from '../domain/model/seam-reports.js';
import { rememberBriefly } from './cache.js';
import type { SeamClient } from './client.js';
import { isSeamError, SeamError } from './errors.js';
import { leadsTo, passingCodes, reportsOf } from './reports.js';
import type { AccessSystem } from './schemas.js';

/** Request that the state of the access system may hold up. */
export interface WaitingCall {
  readonly operation: string;
  readonly signal: AbortSignal;
}

export interface AccessSystemWatch {
  /**
   * Checks that Seam reports the system as connected. The report may be some seconds old.
   * @throws SeamError, a retryable one, if the system is not connected
   */
  assertConnected(acsSystemId: string, call: WaitingCall): Promise<void>;
  /**
   * Does the same where the system was not connected at the last look, or was never looked at. Otherwise it returns at
   * once and looks again meanwhile: a request must not wait for that.
   * @throws SeamError, a retryable one, if the system is not connected
   */
  expectConnected(acsSystemId: string, call: WaitingCall): Promise<void>;
  /** Returns true if Seam has refused to join a key of this system before the provider had it. */
  joinersNeedSync(acsSystemId: string): boolean;
  /** Remembers that it has, for as long as the process runs. */
  rememberSync(acsSystemId: string): void;
  /**
   * Returns the reason why the access system's clocks may not show the hotel's time from `now` (milliseconds since
   * 1970). Returns undefined if the two zones agree.
   * @throws SeamError
   */
  zoneProblem(
    acsSystemId: string,
    hotel: { readonly timeZone: string; readonly now: number; readonly signal: AbortSignal },
  ): Promise<string | undefined>;
  /**
   * Returns what Seam reports of the system for people. The report may be some seconds old.
   * @throws SeamError
   */
  reports(acsSystemId: string, signal: AbortSignal): Promise<readonly SeamReport[]>;
  /**
   * Returns the cause of a refusal: a disconnected system, if it is disconnected now, else the refusal itself, with what
   * else Seam reports of the system.
   */
  explainRefusal(acsSystemId: string, refusal: SeamError): Promise<SeamError>;
}

/** Creates a watch that caches each access system for `ttlMs` milliseconds. */
export function watchAccessSystems(client: SeamClient, options: { readonly ttlMs: number }): AccessSystemWatch {
  const read = (acsSystemId: string): Promise<AccessSystem> =>
    client.forSystem(acsSystemId).getSystem({ acs_system_id: acsSystemId });
  const recent = rememberBriefly(options.ttlMs, read);
  const connected = new Set<string>();
  const needingSync = new Set<string>();
  const assertConnected = async (acsSystemId: string, { operation, signal }: WaitingCall): Promise<void> => {
    const codes = passingCodes('acs_system', await recent(acsSystemId, signal));
    if (codes.length === 0) return void connected.add(acsSystemId);
    connected.delete(acsSystemId);
    throw new SeamError(operation, { kind: 'system-down', codes });
  };
  return {
    assertConnected,
    async expectConnected(acsSystemId, call) {
      const looking = assertConnected(acsSystemId, call);
      if (!connected.has(acsSystemId)) return looking;
      // The next request learns of it.
      looking.catch(() => undefined);
    },
    joinersNeedSync: (acsSystemId) => needingSync.has(acsSystemId),
    rememberSync: (acsSystemId) => void needingSync.add(acsSystemId),
    async zoneProblem(acsSystemId, { timeZone, now, signal }) {
      return zoneProblemOf(await recent(acsSystemId, signal), timeZone, now);
    },
    async reports(acsSystemId, signal) {
      return reportsOf('acs_system', await recent(acsSystemId, signal));
    },
    async explainRefusal(acsSystemId, refusal) {
      try {
        const system = await read(acsSystemId);
        const codes = passingCodes('acs_system', system);
        if (codes.length > 0) return new SeamError(refusal.operation, { kind: 'system-down', codes });
        return withReports(refusal, reportsOf('acs_system', system));
      } catch (error) {
        if (isSeamError(error)) return refusal;
        throw error;
      }
    },
  };
}

function withReports(refusal: SeamError, reports: readonly SeamReport[]): SeamError {
  const { operation, failure } = refusal;
  if (reports.length === 0 || failure.kind !== 'answered') return refusal;
  return new SeamError(operation, { ...failure, meanwhile: reports.map(wordsOf).join('; ') });
}

function zoneProblemOf(system: AccessSystem, timeZone: string, now: number): string | undefined {
  const zone = system.location?.time_zone ?? null;
  if (zone === null) return `Seam has no time zone for the access system; the property's is ${timeZone}`;
  if (leadsTo('zone-mismatch', 'acs_system', system)) {
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
