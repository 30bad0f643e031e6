/** Display names of credentials, with Visionline's label placeholders where the hotel honours labels. */
import type { Door } from './records.js';
import type { World } from './world.js';

const LABEL_LENGTH = 32;

/** Returns the label if the switch `labelHonoured` is on, otherwise the rooms. Never contains a guest's name. */
export function credentialLabel(world: World, rooms: readonly Door[], label: string | undefined): string {
  const names = rooms.map((room) => room.name);
  if (label === undefined || !world.switches.labelHonoured) {
    return names.length === 0 ? 'Common doors' : names.join(', ');
  }
  return label
    .replaceAll('%ROOMNUM%', names[0] ?? '')
    .replaceAll('%ROOMLIST%', names.join(','))
    .replaceAll('%ROOMRANGE%', names.length > 1 ? `${names[0]}-${names[names.length - 1]}` : (names[0] ?? ''))
    .replaceAll('%SITENAME%', world.name)
    .slice(0, LABEL_LENGTH);
}
