/** Registration of Stayline's search attributes at a server that was started without them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { GRPC_STATUS, grpcErrorIn } from './grpc-errors.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

/** Temporal's `IndexedValueType`, which the SDK does not export. */
export const INDEXED_VALUE_TYPES: Readonly<Record<SearchAttributeType, number>> = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
};

/**
 * Registers the attributes that the namespace lacks. Temporal Cloud refuses this call: create them manually there.
 * @throws the server's error if it refuses
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const { name, type } of Object.values(SEARCH_ATTRIBUTES)) {
    const searchAttributes = { [name]: INDEXED_VALUE_TYPES[type] };
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (grpcErrorIn(error)?.code !== GRPC_STATUS.ALREADY_EXISTS) throw error;
    }
  }
}

/** Pause between two searches, and the longest wait: a server reads its list of attributes again once a minute. */
const PAUSE_MS = 500;
const PATIENCE_MS = 120_000;

/**
 * Resolves once the server searches by every attribute: it takes a new one into use after a while.
 * @throws Error if it does not within two minutes
 */
export async function awaitSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!(await areSearchable(connection, namespace))) {
    if (Date.now() > giveUpAt) throw new Error('the server does not take the registered search attributes into use');
    await sleep(PAUSE_MS);
  }
}

/** Value of a search, for attributes that take no word. */
const SEARCHED: Partial<Record<SearchAttributeType, string>> = { DATETIME: '"2000-01-01T00:00:00Z"', INT: '-1' };

/** Returns true if the server searches by every attribute; false if it refuses the search. */
export async function areSearchable(connection: Connection, namespace: string): Promise<boolean> {
  const query = Object.values(SEARCH_ATTRIBUTES)
    .map(({ name, type }) => `${name} = ${SEARCHED[type] ?? '"none"'}`)
    .join(' OR ');
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (grpcErrorIn(error)?.code === GRPC_STATUS.INVALID_ARGUMENT) return false;
    throw error;
  }
}
