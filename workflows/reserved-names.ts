/**
 * Interceptor for messages under names that the SDK reserves, such as `__temporal_x`. Temporal's server accepts them
 * from any sender, but where a default handler is registered the SDK throws, and the workflow task would fail
 * indefinitely. Such a message gets a name that is not reserved and reaches the default handler as an unknown one.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

const RESERVED = '__temporal_';

/** The one reserved query that the SDK answers itself. */
const METADATA_QUERY = '__temporal_workflow_metadata';

/** Interceptors of every workflow; the workflow bundle loads this module. */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        for (const { signalWorkflow: signal, doUpdate: update, queryWorkflow: query } of input.activation.jobs ?? []) {
          if (signal?.signalName != null) signal.signalName = unreserved(signal.signalName);
          if (update?.name != null) update.name = unreserved(update.name);
          if (query?.queryType != null) query.queryType = unreserved(query.queryType);
        }
        next(input);
      },
    },
  ],
});

/** Returns the name, with a space before it if it is reserved: no message of ours begins with one. */
function unreserved(name: string): string {
  return name.startsWith(RESERVED) && name !== METADATA_QUERY ? ` ${name}` : name;
}
