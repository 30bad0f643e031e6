/**
 * Whether a hotel's access system is connected to Seam: the site is on its own premises, behind Seam Bridge.
 */
import { rememberBriefly } from './brief-memory.js';
import type { SeamClient } from './client.js';
import { isSeamError, SeamError } from './errors.js';
import type { AccessSystem } from './schemas.js';

/** `acs_system.errors[].error_code` that pass once the connection is back. */
const DISCONNECTED: ReadonlySet<string> = new Set([
  'seam_bridge_disconnected',
  'bridge_disconnected',
  'visionline_instance_unreachable',
  'acs_system_disconnected',
  'account_disconnected',
  'provider_service_unavailable',
]);

export interface AccessSystemWatch {
  /** Throws a passing `SeamError` if Seam says that the system is not connected; what it said may be some seconds old. */
  assertConnected(
    acsSystemId: string,
    call: { readonly operation: string; readonly signal: AbortSignal },
  ): Promise<void>;
  /** The reason of a refusal: the system that is not connected, if that is so right now, else the refusal itself. */
  explainRefusal(acsSystemId: string, refusal: SeamError): Promise<SeamError>;
}

export function watchAccessSystems(client: SeamClient, options: { readonly ttlMs: number }): AccessSystemWatch {
  const read = (acsSystemId: string): Promise<AccessSystem> =>
    client.forSystem(acsSystemId).getSystem({ acs_system_id: acsSystemId });
  const recent = rememberBriefly(options.ttlMs, read);
  return {
    async assertConnected(acsSystemId, { operation, signal }) {
      const codes = disconnections(await recent(acsSystemId, signal));
      if (codes.length > 0) throw new SeamError(operation, { kind: 'system-down', codes });
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
