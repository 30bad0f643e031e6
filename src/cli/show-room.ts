/** Text form of a room's view for a person. */
import type { LeaseView, RoomKeyView, RoomView, WaitingView } from '../client.js';
import { lineRow, section, type Colours } from './show.js';

/**
 * Returns a room's view as text. The sections for leases and for who can open the door appear even if they are empty.
 */
export function showRoom(view: RoomView, colours: Colours): string {
  const { certain, possible, none } = view.keys;
  const orNone = (rows: readonly (readonly string[])[]): readonly (readonly string[])[] =>
    rows.length === 0 ? [['none']] : rows;
  return [
    colours.bold(view.room),
    section(colours, 'Leases', orNone(view.leases.map(leaseRow))),
    section(colours, 'Waiting', view.waiting.map(waitingRow)),
    section(colours, 'Who can open the door', orNone(certain.map(keyRow))),
    section(
      colours,
      'Who may still open it',
      possible.map((key) => [...keyRow(key), whyPossible(key)]),
    ),
    section(colours, 'Who no longer can', none.map(keyRow)),
    section(colours, 'History', view.history.map(lineRow)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function leaseRow({ state, stays, window, until, claims, shareGroup }: LeaseView): string[] {
  const heldUp = claims.flatMap(({ stayId, heldUpBy }) =>
    heldUpBy === undefined ? [] : [`${stayId} is held up by ${heldUpBy}`],
  );
  const leaving = claims.flatMap(({ stayId, leaving: leaves }) =>
    leaves === true ? [`${stayId} leaves it for another room`] : [],
  );
  const facts = [
    ...(until === window.to ? [] : [`with grace until ${until}`]),
    ...(shareGroup === undefined ? [] : [`share group ${shareGroup}`]),
    ...leaving,
    ...heldUp,
  ];
  return [state, stays.join(', '), `${window.from} to ${window.to}`, facts.join('; ')];
}

function waitingRow({ stayId, asked, behind, displaced }: WaitingView): string[] {
  const why = displaced === true ? '; displaced by the front desk' : '';
  return [stayId, `${asked.from} to ${asked.to}`, `behind ${behind.join(', ')}${why}`];
}

function keyRow({ stayId, guestId, kind, acsCredentialId, window }: RoomKeyView): string[] {
  return [stayId, guestId, kind, acsCredentialId, `until ${window.to}`];
}

function whyPossible({ why, residualUntil, residualMinutes, endsAtFirstUseOf }: RoomKeyView): string {
  const worst = residualMinutes === undefined ? '' : `, ${residualMinutes} minutes in all`;
  const ends = endsAtFirstUseOf === undefined ? '' : `; the first use of ${endsAtFirstUseOf} ends it`;
  return `${why}, at worst until ${residualUntil}${worst}${ends}`;
}
