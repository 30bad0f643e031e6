/** JSON file of a saved history: its workflow id, enums and instants by name, payloads in base64. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;

const MACHINES_OWN = ['identity', 'stackTrace'];

export interface SavedHistory {
  readonly workflowId: string;
  readonly history: History;
}

export async function fetchHistory(client: Client, workflowId: string): Promise<SavedHistory> {
  return { workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() };
}

export function saveHistory(file: string, { workflowId, history }: SavedHistory): void {
  const plain = History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String });
  // Process identities, machine names and file paths are private, and differ every time.
  const portable = (key: string, value: unknown): unknown => (MACHINES_OWN.includes(key) ? undefined : value);
  writeFileSync(file, `${JSON.stringify({ workflowId, history: plain }, portable, 1)}\n`);
}

export function loadHistory(file: string): SavedHistory {
  const saved = JSON.parse(readFileSync(file, 'utf8')) as { workflowId: string; history: Record<string, unknown> };
  return { workflowId: saved.workflowId, history: History.fromObject(saved.history) };
}
