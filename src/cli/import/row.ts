/** Rows of an import file, as read: a reservation, or the problems of the row. */

export interface RowProblem {
  /** Line number in CSV and JSON lines; position in a JSON list. Both count from 1. */
  readonly row: number;
  readonly message: string;
}

/**
 * Reservation as found in the file, unchecked, or the problems of its rows. With problems, `value` is what is certain
 * all the same: perhaps that the stay has ended.
 */
export type ImportRow =
  | { readonly row: number; readonly value: unknown; readonly problems?: undefined }
  | { readonly row: number; readonly value?: unknown; readonly problems: readonly RowProblem[] };
