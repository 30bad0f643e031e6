/** Names of typed failures, shared by workflows, activities and callers (`docs/messages.md`). */
export const ERROR_TYPES = {
  invalidSnapshot: 'InvalidSnapshot',
  invalidMessage: 'InvalidMessage',
  staleRevision: 'StaleRevision',
  stayOver: 'StayOver',
  seamRejected: 'SeamRejected',
  seamUnavailable: 'SeamUnavailable',
  notFoundAtSeam: 'NotFoundAtSeam',
  propertyUnknown: 'PropertyUnknown',
  phoneNotReady: 'PhoneNotReady',
  noStrayYet: 'NoStrayYet',
  keysOfOtherStay: 'KeysOfOtherStay',
  keyNotFetched: 'KeyNotFetched',
  guestNeeded: 'GuestNeeded',
  historyStillThere: 'HistoryStillThere',
} as const;

/** What a failure `StaleRevision` says beside its message. */
export interface StaleDetails {
  /** The revision is known with other content. */
  readonly sameRevision: boolean;
}
