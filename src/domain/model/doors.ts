/** Doors of a property, as Seam's entrances report them. */

export interface DoorFacts {
  /** Rooms that have a door. `position` is the room's place in the property's list of guest rooms, natural order of names. */
  readonly rooms: readonly { readonly room: string; readonly acsEntranceId: string; readonly position: number }[];
  readonly commonDoors: readonly { readonly acsEntranceId: string; readonly name: string }[];
  /** Rooms for which no door, or more than one, was found. */
  readonly unknownRooms: readonly string[];
  /** Why the access system's time zone cannot be trusted to be the property's; absent if it is the same. */
  readonly zoneProblem?: string;
}
