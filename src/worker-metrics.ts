/**
 * Metrics of a worker about Seam and keys, beside those of the SDK, at the address of `STAYLINE_METRICS_ADDRESS`
 * (docs/operations.md). Labels are names of properties, endpoints and kinds: never a guest, a room or a key.
 */
import { Context } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';
import type { IssueOutcome, StayActivities } from './domain/model/stay-activities.js';
import type { ObservedCall } from './seam/index.js';

const SECOND_MS = 1_000;

const NAMES = {
  wait: 'stayline_seam_call_wait_seconds',
  duration: 'stayline_seam_call_duration_seconds',
  issue: 'stayline_key_issue_seconds',
} as const;

/** Bounds of the histograms' buckets, in seconds, by name. */
export const BUCKETS: Readonly<Record<string, number[]>> = {
  [NAMES.wait]: [0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
  [NAMES.duration]: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  [NAMES.issue]: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900],
};

/** Returns a function that records calls to Seam: their number, wait for the budget, and duration. */
export function seamCallMetrics(meter: MetricMeter): (call: ObservedCall) => void {
  const calls = meter.createCounter('stayline_seam_calls', undefined, 'Calls to Seam, by endpoint and status');
  const wait = seconds(meter, NAMES.wait, 'Time that a call to Seam waited for the request budget');
  const duration = seconds(meter, NAMES.duration, 'Time from a call to Seam to its answer');
  const allowed = meter.createGauge(
    'stayline_seam_allowed_rate',
    'float',
    undefined,
    'Calls a second that the request budget allows',
  );
  return ({ endpoint, acsSystemId, priority, status, waitMs, durationMs, allowedRate }) => {
    calls.add(1, { endpoint, access_system: acsSystemId, status });
    wait.record(waitMs / SECOND_MS, { access_system: acsSystemId, priority });
    duration.record(durationMs / SECOND_MS, { endpoint });
    allowed.set(allowedRate, { access_system: acsSystemId });
  };
}

/** Returns the same activities, which record the keys that they issue, adopt and revoke, and what audits find. */
export function countingKeys(activities: StayActivities, meter: MetricMeter): StayActivities {
  const issues = meter.createCounter('stayline_key_issues', undefined, 'Ended attempts to issue a key, by outcome');
  const time = seconds(meter, NAMES.issue, "Time from a key's plan to the provider's confirmation");
  const adopted = meter.createCounter('stayline_keys_adopted', undefined, 'Keys of lost requests that were adopted');
  const strays = meter.createCounter('stayline_stray_keys', undefined, 'Keys found at Seam that no step asked for');
  const revoked = meter.createCounter('stayline_keys_revoked', undefined, 'Keys that Seam no longer has');
  const differences = meter.createCounter('stayline_key_differences', undefined, 'Differences that audits have found');
  const countStrays = (property: string, outcome: object): void => {
    const found = 'strayCredentialIds' in outcome ? (outcome.strayCredentialIds as readonly string[]).length : 0;
    if (found > 0) strays.add(found, { property });
  };
  return {
    ...activities,
    async issueKey(input) {
      const { propertyId: property } = input;
      const { kind } = input.ask;
      const outcome: IssueOutcome = await activities.issueKey(input);
      issues.add(1, { property, kind, outcome: outcome.kind });
      countStrays(property, outcome);
      if (outcome.kind === 'issued') {
        const since = input.askedAtMs ?? Context.current().info.scheduledTimestampMs;
        time.record((Date.now() - since) / SECOND_MS, { property, kind });
        if (outcome.adopted) adopted.add(1, { property });
      }
      return outcome;
    },
    async watchForStrays(input) {
      const observed = await activities.watchForStrays(input);
      countStrays(input.propertyId, observed);
      return observed;
    },
    async auditKeys(input) {
      const audit = await activities.auditKeys(input);
      for (const { kind } of audit.differences) differences.add(1, { property: input.propertyId, kind });
      return audit;
    },
    async revokeKey(input) {
      const outcome = await activities.revokeKey(input);
      revoked.add(outcome.revokedCredentialIds.length, { property: input.propertyId });
      return outcome;
    },
  };
}

function seconds(meter: MetricMeter, name: string, description: string): ReturnType<MetricMeter['createHistogram']> {
  return meter.createHistogram(name, 'float', undefined, description);
}
