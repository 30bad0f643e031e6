/**
 * Failures of the SDK's core for a history that does not fit the workflow as the worker has it in its cache.
 *
 * They come not only from code that is not deterministic. The server sends a query outside of workflow tasks, with a
 * history that may end with a task which another worker is executing. The worker executes that task, too, and keeps
 * the workflow in its cache. If the task then fails, the next history does not fit: the worker drops the workflow from
 * its cache, and the next attempt replays it from the beginning.
 */
const UNFIT = /^Fatal error in workflow machines|^\[TMPRL1100\]/;

/** Returns true if the message is one of these failures. */
export function isUnfitHistory(message: string): boolean {
  return UNFIT.test(message);
}
