/** Windows of local dates in a file of reservations, checked by the hotels' clocks before anything is sent. */
import { StayRefused } from '../../client.js';
import { windowIn } from '../../client/plan-snapshot.js';
import { endingIn } from '../../domain/model/ending.js';
import type { StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { openPropertyFile, type Properties } from '../../property-file.js';
import { asBadInput, problemLine } from '../json-file.js';
import type { RowProblem } from './row.js';
import type { Entry, ImportFile } from './rows.js';

const NEEDS_CLOCK = `window.departure must be later than the arrival by the clock of the hotel, which is unknown: give --properties FILE, or "checkIn" and "checkOut"`;

/**
 * Returns the file without the rows whose windows are empty by the clocks of their hotels; those become problems.
 * Endings pass, whatever their windows are.
 * @param propertiesFile absent: an arrival and a departure on one day need both clock times
 * @throws BadInput if the property file cannot be used
 */
export async function withoutEmptyWindows(
  { entries, problems }: ImportFile,
  propertiesFile: string | undefined,
): Promise<ImportFile> {
  const properties = await propertiesIn(propertiesFile);
  const wrong = new Map<Entry, readonly RowProblem[]>();
  for (const entry of entries) {
    const found = await emptyWindow(entry, properties);
    if (found.length > 0) wrong.set(entry, found);
  }
  return {
    entries: entries.filter((entry) => !wrong.has(entry)),
    problems: [...problems, ...[...wrong.values()].flat()].toSorted((a, b) => a.row - b.row),
  };
}

type LocalDates = Extract<StaySnapshotInput['window'], { readonly arrival: string }>;

async function propertiesIn(file: string | undefined): Promise<Properties | undefined> {
  try {
    // The file is read only once, so a later invalid version does not matter.
    return file === undefined ? undefined : await openPropertyFile(file, { onInvalid: () => undefined });
  } catch (error) {
    throw asBadInput(error);
  }
}

async function emptyWindow(
  { row, snapshot }: Entry,
  properties: Properties | undefined,
): Promise<readonly RowProblem[]> {
  if (endingIn(snapshot) !== undefined || !('arrival' in snapshot.window)) return [];
  const clock = await properties?.find(snapshot.propertyId);
  if (clock === undefined) return isPlain(snapshot.window) ? [] : [{ row, message: NEEDS_CLOCK }];
  try {
    windowIn(snapshot.window, clock);
    return [];
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    return error.problems.map((problem) => ({ row, message: problemLine(problem) }));
  }
}

/** Returns true for dates that make a window by any clock. The schema has compared the clock times of one day. */
function isPlain({ arrival, departure, checkIn, checkOut }: LocalDates): boolean {
  return arrival !== departure || (checkIn !== undefined && checkOut !== undefined);
}
