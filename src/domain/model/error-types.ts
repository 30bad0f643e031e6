/** Names of typed failures, shared by workflows, activities and callers (`docs/messages.md`). */
export const ERROR_TYPES = {
  invalidSnapshot: 'InvalidSnapshot',
  invalidMessage: 'InvalidMessage',
  staleRevision: 'StaleRevision',
  stayOver: 'StayOver',
  tooManyMessages: 'TooManyMessages',
  seamRejected: 'SeamRejected',
  seamUnavailable: 'SeamUnavailable',
  notFoundAtSeam: 'NotFoundAtSeam',
  propertyUnknown: 'PropertyUnknown',
  phoneNotReady: 'PhoneNotReady',
  noStrayYet: 'NoStrayYet',
  noClosedRing: 'NoClosedRing',
  keysOfOtherStay: 'KeysOfOtherStay',
  keyNotFetched: 'KeyNotFetched',
  keyNotSynced: 'KeyNotSynced',
  guestNeeded: 'GuestNeeded',
  historyStillThere: 'HistoryStillThere',
} as const;

/** Details of a `StaleRevision` failure. */
export interface StaleDetails {
  /** True if the stay has the same revision with other content. */
  readonly sameRevision: boolean;
}
