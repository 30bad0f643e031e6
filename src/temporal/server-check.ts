/**
 * Check of a Temporal server before stays run on it: version, namespace, retention, search attributes and permissions.
 * A stay on a server without the search attributes makes no progress, so processes check before they start work.
 */
import type { Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { stayWorkflowId } from '../domain/model/ids.js';
import type { TemporalTarget } from './connection.js';
import { GRPC_STATUS, grpcErrorIn, isUnanswered, type GrpcError } from './grpc-errors.js';
import { areSearchable, INDEXED_VALUE_TYPES } from './register-search-attributes.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import {
  createNamespace,
  extendRetention,
  grantAccess,
  registerAttributes,
  upgradeServer,
  type Place,
} from './server-repairs.js';

/** First version that has worker deployment versions and update-with-start without further settings. */
const OLDEST_SERVER = '1.28.0';
const CALL_MS = 10_000;

/** Requirement of a server, and whether it is met. */
export interface Finding {
  readonly about: 'server' | 'namespace' | 'retention' | 'search attributes' | 'permissions';
  readonly ok: boolean;
  readonly text: string;
  /** Commands that meet the requirement; empty if it is met. */
  readonly commands: readonly string[];
}

export interface ServerRequirements {
  /** Shortest retention, in hours: the longest `closingGraceHours` of a property. */
  readonly retentionHours: number;
}

/** Returns a paragraph for each requirement that is not met: its name, and the commands that meet it. */
export function commandLines(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ ok }) => !ok)
    .map(({ about, commands }) => [`${about}:`, ...commands.map((command) => `  ${command}`)].join('\n'));
}

/** Error for a server that lacks a requirement; the message names each, and the commands that meet it. */
export class ServerNotReady extends Error {
  override readonly name = 'ServerNotReady';

  constructor({ address, namespace }: Pick<TemporalTarget, 'address' | 'namespace'>, findings: readonly Finding[]) {
    const lines = findings.filter(({ ok }) => !ok).map(({ about, text }) => `  ${about}: ${text}`);
    const where = `Temporal at ${address}, namespace ${namespace}, is not ready for stays:`;
    super([[where, ...lines].join('\n'), ...commandLines(findings)].join('\n\n'));
  }
}

/** Checks a server like `checkServer`. @throws ServerNotReady if a requirement is not met */
export async function requireServer(
  connection: Connection,
  target: Pick<TemporalTarget, 'address' | 'namespace'>,
  requirements: ServerRequirements,
): Promise<void> {
  const findings = await checkServer(connection, target, requirements);
  if (findings.some(({ ok }) => !ok)) throw new ServerNotReady(target, findings);
}

/**
 * Returns one finding per requirement. Requirements that cannot be checked, because an earlier one is not met, are left
 * out.
 * @throws the server's error if it does not answer
 */
export async function checkServer(
  connection: Connection,
  target: Pick<TemporalTarget, 'address' | 'namespace'>,
  { retentionHours }: ServerRequirements,
): Promise<readonly Finding[]> {
  const place: Place = { address: target.address, namespace: target.namespace, retentionHours };
  const asked = await within(connection, () => connection.workflowService.getSystemInfo({}));
  if ('refused' in asked) return [refusedAccess(asked.refused, place)];
  const version = versionFinding(asked.answer.serverVersion ?? '');
  const namespace = await namespaceFindings(connection, place);
  if (namespace.some(({ ok, about }) => !ok && about !== 'retention')) return [version, ...namespace];
  return [version, ...namespace, await attributeFinding(connection, place), await permissionFinding(connection, place)];
}

function versionFinding(version: string): Finding {
  const about = 'server';
  const known = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (known === null) return { about, ok: true, text: 'version unknown', commands: [] };
  if (!isOlder(version, OLDEST_SERVER)) return { about, ok: true, text: `version ${version}`, commands: [] };
  const text = `version ${version} is too old: at least ${OLDEST_SERVER} is needed`;
  return { about, ok: false, text, commands: upgradeServer() };
}

function isOlder(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  const differing = b.findIndex((part, index) => part !== (a[index] ?? 0));
  return differing >= 0 && (a[differing] ?? 0) < (b[differing] ?? 0);
}

async function namespaceFindings(connection: Connection, place: Place): Promise<readonly Finding[]> {
  const { namespace, retentionHours } = place;
  const asked = await within(connection, () => connection.workflowService.describeNamespace({ namespace }));
  if ('refused' in asked) {
    if (asked.refused.code !== GRPC_STATUS.NOT_FOUND) return [refusedAccess(asked.refused, place)];
    const text = `${namespace} does not exist`;
    return [{ about: 'namespace', ok: false, text, commands: createNamespace(place) }];
  }
  const found: Finding = { about: 'namespace', ok: true, text: namespace, commands: [] };
  const hours = Number(asked.answer.config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 3_600;
  const ok = hours >= retentionHours;
  const needed = `${retentionHours} h, the longest closingGraceHours of a property`;
  const text = ok ? `${hours} h (needed: ${needed})` : `${hours} h is too short: at least ${needed}`;
  return [found, { about: 'retention', ok, text, commands: ok ? [] : extendRetention(place) }];
}

async function attributeFinding(connection: Connection, place: Place): Promise<Finding> {
  const about = 'search attributes';
  const { namespace } = place;
  const all = Object.values(SEARCH_ATTRIBUTES);
  const asked = await within(connection, () => connection.operatorService.listSearchAttributes({ namespace }));
  if ('refused' in asked) {
    // Some servers keep their operator service from users of the namespace; a search shows as much.
    if (await areSearchable(connection, namespace))
      return { about, ok: true, text: `all ${all.length} can be searched`, commands: [] };
    const text = `not all of ${all.map(({ name }) => name).join(', ')} can be searched`;
    return { about, ok: false, text, commands: registerAttributes(place, { missing: all, wrong: [] }) };
  }
  const types: Partial<Record<string, number>> = asked.answer.customAttributes;
  const missing = all.filter(({ name }) => types[name] === undefined);
  const wrong = all.filter(({ name, type }) => types[name] !== undefined && types[name] !== INDEXED_VALUE_TYPES[type]);
  if (missing.length + wrong.length === 0) return { about, ok: true, text: `all ${all.length}`, commands: [] };
  const text = [
    ...(missing.length === 0 ? [] : [`${missing.map(({ name }) => name).join(', ')}: not registered`]),
    ...wrong.map(({ name, type }) => `${name}: registered, but not as ${TypedSearchAttributes.toMetadataType(type)}`),
  ].join('; ');
  return { about, ok: false, text, commands: registerAttributes(place, { missing, wrong }) };
}

/** Signals a workflow that does not exist: the answer shows whether the caller may write, and nothing changes. */
async function permissionFinding(connection: Connection, place: Place): Promise<Finding> {
  const about = 'permissions';
  const { namespace } = place;
  const workflowId = stayWorkflowId({ propertyId: 'stayline', reservationId: 'permission-check' });
  const write = await within(connection, () =>
    connection.workflowService.signalWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      signalName: 'retry',
    }),
  );
  const read = await within(connection, () => connection.workflowService.countWorkflowExecutions({ namespace }));
  const refused = [
    ...('refused' in write && DENIED.includes(write.refused.code) ? ['write'] : []),
    ...('refused' in read && DENIED.includes(read.refused.code) ? ['read'] : []),
  ];
  if (refused.length === 0) return { about, ok: true, text: 'may read and write', commands: [] };
  const text = `may not ${refused.join(' or ')}`;
  return { about, ok: false, text, commands: grantAccess(place) };
}

const DENIED: readonly number[] = [GRPC_STATUS.PERMISSION_DENIED, GRPC_STATUS.UNAUTHENTICATED];

function refusedAccess({ details }: GrpcError, place: Place): Finding {
  return {
    about: 'permissions',
    ok: false,
    text: `the server refuses access: ${details}`,
    commands: grantAccess(place),
  };
}

type Asked<Answer> = { readonly answer: Answer } | { readonly refused: GrpcError };

/** Returns the answer or the refusal of the server. @throws its error if it cannot be reached */
async function within<Answer>(connection: Connection, call: () => Promise<Answer>): Promise<Asked<Answer>> {
  try {
    return { answer: await connection.withDeadline(Date.now() + CALL_MS, call) };
  } catch (error) {
    const refused = grpcErrorIn(error);
    if (refused === undefined || isUnanswered(refused)) throw error;
    return { refused };
  }
}
