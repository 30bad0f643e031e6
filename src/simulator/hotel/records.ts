/**
 * Records of the simulated Seam and Visionline. Deleted records stay and are marked. An offline phone can still present
 * a key that no longer exists anywhere else.
 */
import type { Phone, Wallet } from './phone.js';

export type DoorCategory = 'guest' | 'common' | 'common (PMS)' | 'elevator reader';

export interface Door {
  readonly id: string;
  readonly name: string;
  readonly category: DoorCategory;
  /** Position in the hotel's list of doors; guest rooms come first, in the order given. */
  readonly position: number;
  /** Time at which the lock was taken off the door; absent while it is there. Seam still lists the entrance. */
  removedAt?: number;
}

/** `live`: Seam returns it. `gone`: Seam answers 404. */
export type Presence = 'live' | 'gone';

export interface IdentityRecord {
  readonly id: string;
  readonly seq: number;
  readonly createdAt: number;
  presence: Presence;
  key: string | null;
  fullName: string | null;
  email: string | null;
  phoneNumber: string | null;
  readonly userIds: Set<string>;
  readonly deviceIds: Set<string>;
}

export interface UserRecord {
  readonly id: string;
  readonly seq: number;
  readonly createdAt: number;
  presence: Presence;
  identityId: string | null;
  fullName: string;
  email: string | null;
  phoneNumber: string | null;
  schedule: { readonly startsAt: number; readonly endsAt: number | null } | null;
  suspension: 'active' | 'suspended';
  /** Parents only, oldest first; includes those being deleted, excludes those that are gone. */
  readonly credentialIds: Set<string>;
  /** Doors granted by `/acs/entrances/grant_access`; a key that names no doors opens these. */
  readonly grantedDoorIds: Set<string>;
}

/** Session of a guest's app. `token` gives access without any other secret, so that it is never logged. */
export interface ClientSessionRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly token: string;
  expiresAt: number;
  readonly userIdentifierKey: string | null;
  readonly customerKey: string | null;
  readonly identityIds: Set<string>;
  readonly connectedAccountIds: Set<string>;
}

/** Link that a guest opens to enrol a phone. `secret`, its end, gives access without any other, so that it is never logged. */
export interface InstantKeyRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly secret: string;
  /** Phones that the link can still set up. */
  usesLeft: number;
  readonly identityId: string;
  readonly sessionId: string;
}

export interface DeviceRecord {
  readonly id: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly identityId: string;
  readonly system: 'android' | 'ios';
  readonly model: string;
  readonly endpointId: string;
  presence: Presence;
  endpoint: 'active' | 'inactive';
  phone: Phone;
  /** Keys that the credential service holds for this phone. */
  wallet: Wallet;
}

export type CredentialLife =
  | 'live'
  /** Seam has accepted the deletion; the provider has not confirmed it. */
  | 'deleting'
  /** Seam answers 404. */
  | 'gone';

export interface CredentialRecord {
  readonly id: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly form: 'mobile-key' | 'desk-card';
  /** Null for a desk card. */
  readonly userId: string | null;
  readonly displayName: string;
  readonly guestDoorIds: readonly string[];
  readonly commonDoorIds: readonly string[];
  readonly joinedTo: readonly string[];
  readonly joining: 'override' | 'joiner' | 'plain' | 'auto';
  readonly generation: number;
  readonly startsAt: number;
  /** Set if Seam moved a start that was in the past. */
  readonly startShiftedAt: number | null;
  endsAt: number;
  life: CredentialLife;
  /** Validity reported by the provider; null until the provider has the credential. */
  validity: 'valid' | 'invalid' | null;
  syncedAt: number | null;
  issuedAt: number | null;
  deletingSince: number | null;
  /** Set if the provider failed to create it; the provider never retries. */
  failedAt: number | null;
  /** Copy on each phone, by device id. */
  readonly copies: Map<string, CopyRecord>;
}

/** Copy of a multi-phone key on one phone. At Seam it is a separate credential, the child. */
export interface CopyRecord {
  readonly id: string;
  readonly seq: number;
  readonly parentId: string;
  readonly deviceId: string;
  readonly createdAt: number;
  issuedAt: number | null;
}
