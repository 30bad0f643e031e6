/** Registration of Stayline's search attributes at a server that was started without them. */
import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

const ALREADY_EXISTS = 6;

/** Temporal's `IndexedValueType`, which the SDK does not export. */
const INDEXED_VALUE_TYPES: Readonly<Record<SearchAttributeType, number>> = {
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
      if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
    }
  }
}
