/** Activities that compare the keys at Seam with those of the open stays, and report to stays what differs. */
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import PQueue from 'p-queue';
import { asking } from '../src/temporal/asking.js';
import { differencesOf } from '../src/domain/audit/drift.js';
import type { AuditActivities, KeyAudit, ReportDriftInput } from '../src/domain/model/audit-activities.js';
import { defined } from '../src/domain/model/defined.js';
import type { Difference, ObservedKey, RecordedStay } from '../src/domain/model/drift.js';
import { findingSchema, type Finding } from '../src/domain/model/drift-schema.js';
import { parseStayWorkflowId } from '../src/domain/model/ids.js';
import { instantAt } from '../src/domain/model/instants.js';
import { observeKeys } from '../src/seam/index.js';
import { startOptions } from '../src/temporal/start-options.js';
import { openStaysOf } from '../src/temporal/visibility.js';
import { WORKFLOW_TYPES } from '../src/temporal/workflow-types.js';
import { driftFoundSignal, keyRecordsQuery } from '../workflows/stay/messages.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';

/** Stays that are asked at once. */
const ASKED_AT_ONCE = 10;
const ANSWER_MS = 10_000;
/** Differences in one result, which Temporal limits in size; the next audit finds the others. */
const MOST_DIFFERENCES = 500;
/** Differences in one signal. */
const MOST_FINDINGS = 50;

/** Result of one look at Seam and at the stays. */
interface Look {
  readonly stays: readonly RecordedStay[];
  readonly unanswered: readonly string[];
  readonly observed: readonly ObservedKey[];
  readonly differences: readonly Difference[];
}

export function createAuditActivities(office: Dependencies): AuditActivities {
  return {
    auditKeys: ({ propertyId }) =>
      atSeam(async ({ signal }) => {
        const { client } = Context.current();
        const first = await lookAt(office, client, { propertyId, signal });
        if (first.differences.length === 0) return auditOf(first, []);
        // Keys that were being issued or ended during the first look differ no longer, and visibility shows new stays.
        await Context.current().sleep(office.auditPauseMs);
        const second = await lookAt(office, client, { propertyId, signal });
        const shown = new Set(first.differences.map(identityOf));
        return auditOf(
          second,
          second.differences.filter((one) => shown.has(identityOf(one))),
        );
      }),
    reportDrift: (input) => report(Context.current().client, input),
  };
}

async function lookAt(
  office: Dependencies,
  client: Client,
  { propertyId, signal }: { readonly propertyId: string; readonly signal: AbortSignal },
): Promise<Look> {
  const { property, seam } = await office.context(propertyId);
  const entrances = await office.entrances(property.seam.acsSystemId, signal);
  const neighbours = await office.neighbours(property);
  const observed = await observeKeys({ seam, property, neighbours, entrances, signal });
  const { stays, unanswered } = await openStays(client, propertyId);
  const all = differencesOf({ propertyId, stays, observed }, instantAt(office.now()));
  return { stays, unanswered, observed, differences: all.filter((one) => isCertain(one, unanswered)) };
}

/** A key that no stay has recorded may be one of a stay that did not answer. */
function isCertain({ kind, stayId }: Difference, unanswered: readonly string[]): boolean {
  if (kind !== 'unclaimed' && kind !== 'doubled') return true;
  return stayId === undefined ? unanswered.length === 0 : !unanswered.includes(stayId);
}

async function openStays(client: Client, propertyId: string): Promise<Pick<Look, 'stays' | 'unanswered'>> {
  const queue = new PQueue({ concurrency: ASKED_AT_ONCE });
  const stays: RecordedStay[] = [];
  const unanswered: string[] = [];
  const ask = async (stayId: string): Promise<void> => {
    const handle = client.workflow.getHandle(stayId);
    try {
      const keys = await client.withDeadline(Date.now() + ANSWER_MS, () => asking(() => handle.query(keyRecordsQuery)));
      stays.push({ stayId, keys });
    } catch {
      unanswered.push(stayId);
    }
  };
  for await (const { workflowId } of client.workflow.list({ query: openStaysOf(propertyId) })) {
    if (parseStayWorkflowId(workflowId)?.propertyId === propertyId) void queue.add(() => ask(workflowId));
  }
  await queue.onIdle();
  return { stays, unanswered };
}

function identityOf({ kind, acsCredentialId }: Difference): string {
  return `${kind} ${acsCredentialId}`;
}

function auditOf({ stays, unanswered, observed }: Look, differences: readonly Difference[]): KeyAudit {
  return {
    stays: stays.length,
    unanswered,
    credentials: observed.length,
    differences: differences.slice(0, MOST_DIFFERENCES),
    more: Math.max(0, differences.length - MOST_DIFFERENCES),
  };
}

async function report(client: Client, { auditId, differences }: ReportDriftInput): Promise<void> {
  const stayIds = new Set(differences.flatMap(({ stayId }) => stayId ?? []));
  for (const stayId of stayIds) {
    const findings = differences.filter((one) => one.stayId === stayId).flatMap(findingOf);
    for (let first = 0; first < findings.length; first += MOST_FINDINGS) {
      const part = findings.slice(first, first + MOST_FINDINGS);
      await client.workflow.signalWithStart(WORKFLOW_TYPES.stay, {
        ...startOptions(stayId, [{}], 'Ends keys that an ended stay has left'),
        signal: driftFoundSignal,
        signalArgs: [{ findings: part, requestId: `${auditId}#${first}`, by: 'key-audit' }],
      });
    }
  }
}

/** Returns the difference as a stay receives it; none for a key that is not of Stayline. */
function findingOf({ kind, acsCredentialId, guestId, observed }: Difference): readonly Finding[] {
  const key =
    observed === undefined
      ? {}
      : {
          acsUserId: observed.acsUserId,
          ask: defined({
            kind: observed.kind,
            joinTo: observed.joinTo,
            rooms: observed.rooms,
            acsEntranceIds: observed.acsEntranceIds,
            window: observed.window,
          }),
        };
  const finding = findingSchema.safeParse(defined({ kind, acsCredentialId, guestId, ...key }));
  return finding.success ? [finding.data] : [];
}
