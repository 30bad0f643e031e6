/**
 * `stayline/messages`: signals, updates and queries of stays and rooms, with their schemas and types, for programs that
 * use a Temporal client of their own, and for workflows. Everything here may be used in workflow code.
 */
export * as stayMessages from '../workflows/stay/messages.js';
export * as roomMessages from '../workflows/room/messages.js';
export { ATTENTION_CODES, type AttentionCode, type OpenAttention } from './domain/model/attention.js';
export { ERROR_TYPES } from './domain/model/error-types.js';
export {
  parseRoomWorkflowId,
  parseStayWorkflowId,
  roomWorkflowId,
  stayWorkflowId,
  type RoomName,
  type StayName,
} from './domain/model/ids.js';
export { messageSchemas, type MessageInput, type MessageName } from './domain/model/message-schema.js';
export { roomMessageSchemas, type RoomForce } from './domain/model/room-message-schema.js';
export { snapshotSchema, type StaySnapshot, type StaySnapshotInput } from './domain/model/snapshot-schema.js';
export type { StayView } from './domain/model/stay-view.js';
export type { RoomView } from './domain/room/view.js';
export { TASK_QUEUES } from './temporal/task-queues.js';
