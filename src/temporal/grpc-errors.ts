/** Errors of Temporal's server as gRPC reports them. */
import { isGrpcServiceError } from '@temporalio/client';

/** Status codes that Stayline handles; names and numbers are gRPC's. */
export const GRPC_STATUS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Status of a failed call: its code, and the server's text. */
export interface GrpcError {
  readonly code: number;
  readonly details: string;
}

/** Returns true if the server did not answer: it cannot be reached, or the call's deadline has passed. */
export function isUnanswered({ code }: GrpcError): boolean {
  return code === GRPC_STATUS.UNAVAILABLE || code === GRPC_STATUS.DEADLINE_EXCEEDED;
}

/** Server texts for a run that takes no more messages until it has continued as new. */
const RUN_IS_FULL = /limit for signal events|limit on the total number of distinct updates/;

/** Returns true if the workflow's run has had as many messages as Temporal allows for one run; it continues as new soon. */
export function isRunFull(error: unknown): boolean {
  const answer = grpcErrorIn(error);
  return answer !== undefined && RUN_IS_FULL.test(answer.details);
}

/** Server texts for an update that it has dropped, because the workflow's task in which it arrived failed. */
const UPDATE_DROPPED = /unable to perform workflow execution update due to .*workflow task/i;

/**
 * Returns true if the server has dropped the update: the workflow has not seen it. It does so if the task in which the
 * update arrived fails, for instance because the run continues as new at that moment.
 */
export function isUpdateDropped(error: unknown): boolean {
  const answer = grpcErrorIn(error);
  return answer?.code === GRPC_STATUS.FAILED_PRECONDITION && UPDATE_DROPPED.test(answer.details);
}

/** Returns true if the server has no worker for the call: none has asked for tasks of the queue lately. */
export function isWithoutWorker({ code, details }: GrpcError): boolean {
  return code === GRPC_STATUS.FAILED_PRECONDITION && /poller/i.test(details);
}

/** Returns the gRPC error in an error of Temporal's client, which wraps it for some calls; undefined without one. */
export function grpcErrorIn(error: unknown): GrpcError | undefined {
  const found = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  if (!isGrpcServiceError(found)) return undefined;
  const { code, details, message } = found;
  // For an update with start, the client puts the text of the operation that failed into the message only.
  return { code, details: message.startsWith(`${code} `) ? details : message };
}
