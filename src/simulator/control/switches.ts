/**
 * Switches for questions that Seam's documents leave open (Seam's documentation). Each default is what Seam's own guide
 * shows to work. Where the guide shows nothing, it is the cautious answer: the one that is hardest on a caller.
 */
import { z } from 'zod';

export const switchesSchema = z.strictObject({
  /** A new mobile key ends the user's earlier mobile keys at that system at once (Seam's documentation). */
  newKeyReplacesUsersEarlier: z.boolean(),
  /** False: deleting an anchor ends the keys that joined it. */
  joinersSurviveAnchorDeletion: z.boolean(),
  /** Joiners are refused until the provider has the anchor. */
  joinerNeedsSyncedAnchor: z.boolean(),
  /** 6.4 e: Seam refuses to join a dead key (400), or accepts the joiner and never syncs it. */
  deadAnchor: z.enum(['refused', 'accepted-unsynced']),
  /** 6.4 d: a room key that neither overrides nor joins is refused, or shares the newest generation of its rooms. */
  plainKey: z.enum(['refused', 'shares-newest']),
  /** 6.4 b: handling of JSON keys that are not in the published schema. */
  unknownKeys: z.enum(['strip', 'reject']),
  /** 6.4 a: Seam accepts `visionline_metadata.label`, which then names the credential. */
  labelHonoured: z.boolean(),
  /** 6.4 c: a key without `card_format` becomes rfid48, or is refused. */
  cardFormat: z.enum(['defaults-to-rfid48', 'required']),
  /** 6.4 f: time at which the provider reports overridden keys as invalid. A lock changes only when a key is used. */
  overrideInvalidatesAt: z.enum(['issuance', 'first-use']),
  /** 6.2 (3): Seam refuses an override for a guest without an active phone. */
  overrideNeedsPhone: z.boolean(),
  /** 6.4 h: an updated `ends_at` reaches the phones that hold the key. */
  updateReachesPhones: z.boolean(),
  /** 6.4 g: source of the events `issued` and `invalidated` of a mobile key: the key itself or its copies on phones. */
  keyEventsFrom: z.enum(['parent', 'child', 'both', 'none']),
  /** 6.4 i: the status of a user identity whose key, e-mail address or phone number is taken. */
  duplicateIdentity: z.union([z.literal(400), z.literal(409)]),
  /** Effect of deactivating a phone: it ends only the copy on that phone, or the whole key. */
  deactivationEnds: z.enum(['copy', 'whole-key']),
  /** 3.7: samples show a parent's `external_type` that the schema does not list. */
  parentExternalType: z.enum(['absent', 'multi_phone_sync_credential']),
  /** 6.4 m: number of times that Seam delivers each webhook. */
  webhookDelivery: z.enum(['once', 'twice']),
});

export const switchChangeSchema = switchesSchema.partial();

export type Switches = z.infer<typeof switchesSchema>;
export type SwitchChange = z.infer<typeof switchChangeSchema>;

export const defaultSwitches: Switches = {
  newKeyReplacesUsersEarlier: true,
  joinersSurviveAnchorDeletion: true,
  joinerNeedsSyncedAnchor: false,
  deadAnchor: 'refused',
  plainKey: 'refused',
  unknownKeys: 'strip',
  labelHonoured: false,
  cardFormat: 'defaults-to-rfid48',
  overrideInvalidatesAt: 'first-use',
  overrideNeedsPhone: false,
  updateReachesPhones: false,
  keyEventsFrom: 'both',
  duplicateIdentity: 409,
  deactivationEnds: 'copy',
  parentExternalType: 'absent',
  webhookDelivery: 'once',
};
