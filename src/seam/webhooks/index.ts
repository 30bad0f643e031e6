/** Seam's signed events, from the request body to the stays that they are about. */
export { SEAM_EVENT_TYPES, type SeamEvent } from './event.js';
export {
  openEventHandler,
  type CredentialRef,
  type EventHandler,
  type HandOverOptions,
  type HandOverOutcome,
  type OpenStays,
} from './hand-over.js';
export { parentCredential } from './parent.js';
export { deliveryReader, isWebhookSecret, type DeliveryReader } from './verify.js';
