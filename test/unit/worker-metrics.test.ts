/** Metrics of keys that several activities make. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { IssueKeyInput, StayActivities } from '../../src/domain/model/stay-activities.js';
import { countingKeys } from '../../src/worker-metrics.js';
import { activityEnvironment } from './activities/activity-environment.js';

/** Returns the seconds that one issued key adds to `stayline_key_issue_seconds`. */
async function secondsOf(input: Partial<IssueKeyInput>, scheduledTimestampMs: number): Promise<readonly number[]> {
  const recorded: number[] = [];
  const histogram = noopMetricMeter.createHistogram('any');
  const meter: MetricMeter = Object.create(noopMetricMeter, {
    createHistogram: { value: () => Object.create(histogram, { record: { value: (s: number) => recorded.push(s) } }) },
  });
  const issued = { kind: 'issued', acsCredentialId: 'c', issuedAt: '2026-11-30T12:00Z', adopted: false } as const;
  const issueKey: StayActivities['issueKey'] = () =>
    Promise.resolve({ ...issued, strayCredentialIds: [], goneCredentialIds: [] });
  const { issueKey: counted } = countingKeys({ issueKey } as StayActivities, meter);
  const asked = { propertyId: 'seaside', ask: { kind: 'override' }, ...input } as IssueKeyInput;
  await activityEnvironment({ scheduledTimestampMs }).run(counted, asked);
  return recorded;
}

test('the time of a key begins with the activity that issues it, or with the one that made it before', async () => {
  const now = Date.now();
  const [once] = await secondsOf({}, now - 10_000);
  const [made] = await secondsOf({ askedAtMs: now - 70_000 }, now - 10_000);
  expect((made ?? 0) - (once ?? 0)).toBeCloseTo(60, 0);
});
