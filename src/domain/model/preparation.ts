/** Preparations: steps that must precede keys. */
import type { PhoneAccess } from './phone-access.js';
import type { SettleLeasesInput } from './lease.js';
import type { Guest, SnapshotWindow } from './snapshot-schema.js';

/** Id of the lease step. Only one runs at a time; later messages to rooms go into the next step. */
export const LEASE_STEP_ID = 'leases';

/** Id of the search for what an earlier run of the stay left. */
export const EARLIER_RUN_STEP_ID = 'earlier-run';

export type Preparation =
  | {
      readonly do: 'resolve-property';
      readonly stepId: string;
      readonly window?: SnapshotWindow;
      /** Set while the property is not configured: the read lasts until it is. */
      readonly waits?: true;
    }
  | { readonly do: 'find-earlier-run'; readonly stepId: string; readonly seenAtSeam: boolean }
  | { readonly do: 'resolve-doors'; readonly stepId: string; readonly rooms: readonly string[] }
  | { readonly do: 'settle-leases'; readonly stepId: typeof LEASE_STEP_ID; readonly leases: LeaseStep }
  /** `agreed`: the stay has voted for an exchange, whose outcome comes at once. */
  | { readonly do: 'exchange-rooms'; readonly stepId: string; readonly agreed: boolean }
  | { readonly do: 'prepare-guest'; readonly stepId: string; readonly guest: Guest }
  | {
      readonly do: 'wait-for-phone';
      readonly stepId: string;
      readonly guestId: string;
      readonly userIdentityId: string;
    }
  | {
      readonly do: 'deactivate-phone';
      readonly stepId: string;
      readonly guestId: string;
      readonly userIdentityId: string;
      readonly deviceId?: string;
      readonly before?: string;
    }
  | {
      readonly do: 'wait-for-other-stay';
      readonly stepId: string;
      readonly guestId: string;
      readonly acsCredentialIds: readonly string[];
    }
  | {
      readonly do: 'wait-for-key-on-phone';
      readonly stepId: string;
      readonly guestId: string;
      readonly acsCredentialId: string;
    }
  | {
      readonly do: 'end-phone-access';
      readonly stepId: string;
      readonly guestId: string;
      readonly access: PhoneAccess;
    }
  | { readonly do: 'check-keys'; readonly stepId: string; readonly acsCredentialIds: readonly string[] }
  | {
      readonly do: 'watch-for-strays';
      readonly stepId: string;
      readonly guestId: string;
      readonly keyId: string;
      /** Duration of the watch in minutes; 0 checks once. */
      readonly minutes: number;
    };

export type LeaseStep = Pick<SettleLeasesInput, 'reports' | 'releases' | 'claims'>;
