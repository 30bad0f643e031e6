/**
 * What the simulated Seam and Visionline remember. Records of what has been deleted stay, marked, because a phone that
 * is offline can still be held to a door with a key that nobody else knows any more.
 */
import type { Phone, Wallet } from './phone.js';

export type DoorCategory = 'guest' | 'common' | 'common (PMS)' | 'elevator reader';

export interface Door {
  readonly id: string;
  readonly name: string;
  readonly category: DoorCategory;
  /** Place in the hotel's list of doors; guest rooms come first, in the order given. */
  readonly position: number;
}

/** `live`: Seam knows it. `gone`: Seam answers that it does not. */
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
  /** Parents only, oldest first, also those that are being deleted; without what is gone. */
  readonly credentialIds: Set<string>;
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
  /** What the credential service holds for this phone. */
  wallet: Wallet;
}

export type CredentialLife =
  | 'live'
  /** Deletion was accepted, the provider has not confirmed it. */
  | 'deleting'
  /** Seam answers that there is no such credential. */
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
  /** Set if the start lay in the past and was moved. */
  readonly startShiftedAt: number | null;
  endsAt: number;
  life: CredentialLife;
  /** As the provider reports it; null until it has the credential. */
  validity: 'valid' | 'invalid' | null;
  syncedAt: number | null;
  issuedAt: number | null;
  deletingSince: number | null;
  /** The provider could not make it, and will not. */
  failedAt: number | null;
  /** The copy on each phone: device id to the child's id. */
  readonly copies: Map<string, CopyRecord>;
}

/** A multi-phone key's copy on one phone: at Seam a credential of its own, the child. */
export interface CopyRecord {
  readonly id: string;
  readonly seq: number;
  readonly parentId: string;
  readonly deviceId: string;
  readonly createdAt: number;
  issuedAt: number | null;
}
