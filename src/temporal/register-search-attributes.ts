/** Registration of Stayline's search attributes at a server that was started without them. */
import type { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

const ALREADY_EXISTS = 6;

/**
 * Registers the attributes that the namespace lacks. Temporal Cloud refuses this call: create them manually there.
 * @throws the server's error if it refuses
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const { name, type } of Object.values(SEARCH_ATTRIBUTES)) {
    const indexed = encodeSearchAttributeIndexedValueType(type);
    if (indexed === undefined) throw new Error(`no wire type for ${type}`);
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: indexed } });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
    }
  }
}
