/**
 * Values in visibility queries. A server may ignore the case of a text in a list, and neither escapes nor keeps every
 * quotation mark. A query therefore finds at least the executions with a value, and sometimes others: callers compare
 * the values that they find.
 */

import type { WorkflowExecutionInfo } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { OPEN_STAYS } from './workflow-types.js';

/** Quotation marks, and the character that would escape them: no spelling of these is understood by every server. */
const UNSEARCHABLE = /['"\\]/;

/**
 * Returns the clause for executions whose keyword attribute may have the value; undefined if no clause can narrow the
 * search.
 */
export function keywordClause(attribute: string, value: string): string | undefined {
  const end = value.search(UNSEARCHABLE);
  if (end < 0) return `${attribute} = "${value}"`;
  return end === 0 ? undefined : `${attribute} STARTS_WITH "${value.slice(0, end)}"`;
}

/** Returns the clause like `keywordClause`, for several values of which the attribute may have any. */
export function anyKeywordClause(attribute: string, values: readonly string[]): string | undefined {
  if (!values.some((value) => UNSEARCHABLE.test(value))) {
    return `${attribute} IN (${values.map((value) => `"${value}"`).join(', ')})`;
  }
  const clauses = values.map((value) => keywordClause(attribute, value));
  return clauses.includes(undefined) ? undefined : `(${clauses.join(' OR ')})`;
}

/** Returns the clause like `keywordClause`, for an attribute that is a list and may contain the value. */
export function listClause(attribute: string, value: string): string | undefined {
  return UNSEARCHABLE.test(value) ? undefined : `${attribute} = "${value}"`;
}

/** Returns the clauses joined by AND, without those that are undefined. */
export function allOf(...clauses: readonly (string | undefined)[]): string {
  return clauses.filter((clause) => clause !== undefined).join(' AND ');
}

/** Returns the query for the open stays of a property, and perhaps of others. */
export function openStaysOf(propertyId: string): string {
  return allOf(OPEN_STAYS, keywordClause(SEARCH_ATTRIBUTES.property.name, propertyId));
}

/** Returns the query for the runs of a workflow, and perhaps of others. */
export function runsOf(workflowId: string): string {
  return allOf(keywordClause('WorkflowId', workflowId));
}

/** Returns the rooms that a stay or a room showed last. */
export function roomsOf({ typedSearchAttributes }: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>): string[] {
  return typedSearchAttributes.get(SEARCH_ATTRIBUTES.rooms) ?? [];
}
