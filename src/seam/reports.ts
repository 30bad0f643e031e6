/** Errors and warnings of Seam's objects, judged by the table of `src/domain/model/seam-reports.ts`. */
import { defined } from '../domain/model/defined.js';
import {
  SEAM_REPORTS,
  reportOutcome,
  type ReportingObject,
  type ReportList,
  type SeamReport,
  type ReportOutcome,
} from '../domain/model/seam-reports.js';
import { masked } from './masked.js';

/** Error or warning as an object at Seam has it. */
interface Entry {
  readonly code: string;
  readonly message?: string | undefined;
}

/** Object at Seam with its errors and warnings. */
export interface Reporting {
  readonly errors: readonly { readonly error_code: string; readonly message?: string | undefined }[];
  readonly warnings: readonly { readonly warning_code: string; readonly message?: string | undefined }[];
}

interface Judged extends Entry {
  readonly list: ReportList;
  readonly outcome: ReportOutcome;
}

function judged(object: ReportingObject, { errors, warnings }: Reporting): readonly Judged[] {
  const of = (list: ReportList, entries: readonly Entry[]): readonly Judged[] =>
    entries.map((entry) => ({ ...entry, list, outcome: reportOutcome({ object, list, code: entry.code }) }));
  return [
    ...of(
      'errors',
      errors.map(({ error_code: code, message }) => ({ code, message })),
    ),
    ...of(
      'warnings',
      warnings.map(({ warning_code: code, message }) => ({ code, message })),
    ),
  ];
}

/** Returns the codes of the object for which the step that has read it must be retried. */
export function passingCodes(object: ReportingObject, item: Reporting): readonly string[] {
  return judged(object, item)
    .filter(({ outcome }) => outcome.act === 'retry')
    .map(({ code }) => code);
}

/** Returns true if the object has a code for which the stay's own rules open this attention. */
export function leadsTo(
  code: Extract<ReportOutcome, { act: 'attention' }>['code'],
  object: ReportingObject,
  item: Reporting,
): boolean {
  return judged(object, item).some(({ outcome }) => outcome.act === 'attention' && outcome.code === code);
}

/**
 * Returns what the object reports for people, each code once. `personal` lists names and contacts of the guest, of which
 * Seam's words keep none.
 */
export function reportsOf(
  object: ReportingObject,
  item: Reporting,
  personal: readonly string[] = [],
): readonly SeamReport[] {
  const forPeople = judged(object, item).filter(
    ({ outcome }) => outcome.act === 'attention' && outcome.code === 'seam-report',
  );
  return forPeople
    .filter(({ code }, index) => forPeople.findIndex((other) => other.code === code) === index)
    .map(({ list, code, message }) => {
      const isKnown = Object.hasOwn(SEAM_REPORTS[object][list], code);
      const said = isKnown || message === undefined ? undefined : masked(message, personal);
      return { object, list, code: isKnown ? code : safeCode(code), ...defined({ said }) };
    });
}

/** Returns a code that the table does not have, without anything that is not part of a code. */
function safeCode(code: string): string {
  return /^[a-z][a-z0-9_]{0,79}$/.test(code) ? code : 'unknown';
}

/** Returns the reports as a field that is absent if there are none. */
export function someReports(reports: readonly SeamReport[]): { readonly reports?: readonly SeamReport[] } {
  return reports.length === 0 ? {} : { reports };
}
