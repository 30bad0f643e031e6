/** Seam's own JavaScript client, in both of its lines, as far as the tests use it. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The clients' own types would make the compiler read the whole published contract. These types cover what is used of them.
export type Parameters = Readonly<Record<string, unknown>>;
type Call<Answer> = (parameters?: Parameters) => PromiseLike<Answer> & { readonly method: string; readonly url: URL };

export interface Credential {
  readonly acs_credential_id: string;
  readonly is_latest_desired_state_synced_with_provider?: boolean | null;
}

export interface OfficialClient {
  readonly acs: {
    readonly systems: {
      readonly list: Call<readonly { acs_system_id: string; external_type: string }[]>;
      readonly listCompatibleCredentialManagerAcsSystems: Call<readonly { acs_system_id: string }[]>;
    };
    readonly entrances: { readonly list: Call<readonly { acs_entrance_id: string; display_name: string }[]> };
    readonly users: {
      readonly create: Call<{ acs_user_id: string }>;
      readonly get: Call<{ acs_user_id: string }>;
      readonly delete: Call<void>;
    };
    readonly credentials: {
      readonly create: Call<Credential>;
      readonly get: Call<Credential>;
      readonly list: Call<readonly Credential[]>;
      readonly update: Call<void>;
      readonly delete: Call<void>;
      readonly listAccessibleEntrances: Call<readonly { display_name: string }[]>;
    };
  };
  readonly userIdentities: {
    readonly create: Call<{ user_identity_id: string }>;
    readonly get: Call<{ user_identity_id: string }>;
    readonly addAcsUser: Call<void>;
    readonly update: Call<void>;
    readonly delete: Call<void>;
  };
  readonly phones: {
    readonly list: Call<readonly { device_id: string }[]>;
    readonly deactivate: Call<void>;
    readonly simulate: { readonly createSandboxPhone: Call<{ device_id: string }> };
  };
  readonly events: { readonly list: Call<readonly { event_type: string }[]> };
  readonly webhooks: {
    readonly create: Call<{ webhook_id: string }>;
    readonly update: Call<void>;
    readonly list: Call<readonly unknown[]>;
  };
  createPaginator(request: unknown): { flattenToArray(): Promise<readonly unknown[]> };
}

const vendor = createRequire(new URL('../vendor/seam/package.json', import.meta.url));

/** Returns a client of the given line with these options. */
export async function officialClient(line: string, options: Parameters): Promise<OfficialClient> {
  const module: { SeamHttp: new (options: Parameters) => OfficialClient } = await import(
    pathToFileURL(vendor.resolve(line).replace(/dist\/index\.cjs$/, 'index.js')).href
  );
  return new module.SeamHttp(options);
}

/** The lines of the client, with the verbs that each uses. */
export const LINES = [
  { line: 'seam-http-1', name: '@seamapi/http 1.102', reads: 'POST', deletes: 'POST', updates: 'PATCH' },
  { line: 'seam-http-2', name: '@seamapi/http 2.32', reads: 'GET', deletes: 'DELETE', updates: 'PATCH' },
] as const;
