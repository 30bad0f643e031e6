/** Doors of a property, read from Seam's entrances. */
import type { SeamReport } from './seam-reports.js';

export interface DoorFacts {
  /** Rooms that have a door. `position` is the index in the property's guest rooms, in natural order of names. */
  readonly rooms: readonly { readonly room: string; readonly acsEntranceId: string; readonly position: number }[];
  readonly commonDoors: readonly { readonly acsEntranceId: string; readonly name: string }[];
  /** Rooms with no matching door, or with more than one. */
  readonly unknownRooms: readonly string[];
  /** Reason why the access system's time zone may differ from the property's; absent if both are the same. */
  readonly zoneProblem?: string;
  /** Seam's reports of the access system, of these rooms' doors and of common doors; absent if there are none. */
  readonly reports?: readonly SeamReport[];
}
