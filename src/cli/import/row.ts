/** Rows of an import file, as read: a reservation, or what is wrong with the row. */

export interface RowProblem {
  /** The line in CSV and in files of JSON lines; in a JSON list the place, from 1. */
  readonly row: number;
  readonly message: string;
}

/** One reservation as it was found. */
export type ImportRow =
  | { readonly row: number; readonly value: unknown }
  | { readonly row: number; readonly problems: readonly RowProblem[] };
